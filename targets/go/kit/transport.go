package kit

import (
	"context"
	"io"
	"net"
	"sync"

	pb "conformance.example/go/kit/conformancepb"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/metadata"
)

// Transport is a library that speaks gRPC: it serves the contract's service and makes calls. What the interpreters of scripts ask of
// it, they ask in the words of gRPC for Go: errors are those of package status, metadata is that of package metadata, also
// in contexts.
type Transport interface {
	// Serve serves on a listener until Stop.
	Serve(net.Listener) error
	// Stop lets calls under way finish until the context is done.
	Stop(context.Context)
	// Dial begins a call. `sent` tells whether the message of a method with a single request was sent.
	Dial(ctx context.Context, call Call) (_ ClientStream, sent bool, _ error)
	// Networks are those on which it can serve and call, of "tcp" and "unix".
	Networks() []string
}

// NewTransport makes the transport of a target. All its methods are answered by `serve`. It is instrumented as a user of the
// instrumentation under test does it, or not at all.
type NewTransport func(serve Serve, provider trace.TracerProvider, propagator propagation.TextMapPropagator, instrumented bool) (Transport, error)

// Serve answers a call by its script. Its error is how the call ends; the context of the stream is done once the status was sent.
type Serve func(stream ServerStream, shape Shape) error

// Shape tells which side of a method is a stream.
type Shape struct{ Sends, Receives bool }

// Call is what a transport has to know to begin one. What it sends beside is in the context.
type Call struct {
	To     string // the target, as a user of gRPC writes it
	Method string // `/package.Service/Method`
	Shape
	Request     *pb.Message // of a method with a single request
	Gzip        bool
	MaxAttempts uint32 // at least 1
}

// ServerStream is the server's end of a call: what the interpreter needs of [grpc.ServerStream].
type ServerStream interface {
	Context() context.Context
	RecvMsg(message any) error // io.EOF once the client sends no more
	SendHeader(metadata.MD) error
	SendMsg(message any) error
	SetTrailer(metadata.MD)
}

// ClientStream is the client's end of a call: what the interpreter needs of [grpc.ClientStream].
type ClientStream interface {
	SendMsg(message any) error // io.EOF if the call is over: RecvMsg tells its status
	CloseSend() error
	Header() (metadata.MD, error) // waits; nil if there are none
	RecvMsg(message any) error    // io.EOF is the status OK, every other error another status
	Trailer() metadata.MD
}

// Single is the receiving side of a stream of one message, which was received already.
type Single bool

// Next gives io.EOF but for the first time.
func (s *Single) Next() error {
	if *s {
		return io.EOF
	}
	*s = true
	return nil
}

// Milestone is passed once, though each attempt of a call may pass it.
type Milestone struct {
	once    *sync.Once
	Reached chan struct{}
}

// NewMilestone is one that was not passed yet.
func NewMilestone() Milestone { return Milestone{&sync.Once{}, make(chan struct{})} }

// Reach writes down what is readable from then on, and passes the milestone.
func (m Milestone) Reach(write func()) {
	m.once.Do(func() {
		write()
		close(m.Reached)
	})
}
