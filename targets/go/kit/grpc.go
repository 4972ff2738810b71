package kit

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"

	pb "conformance.example/go/kit/conformancepb"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
)

const (
	maxMessage = 16 << 20
	maxHeaders = 1 << 20
)

// grpcGo is gRPC for Go.
type grpcGo struct {
	server      *grpc.Server
	dialOptions []grpc.DialOption

	mu          sync.Mutex
	connections map[channel]*grpc.ClientConn
}

// onGRPC instruments gRPC for Go.
func onGRPC(instrument Instrument) NewTransport {
	return func(serve Serve, provider trace.TracerProvider, propagator propagation.TextMapPropagator, instrumented bool) (Transport, error) {
		g := &grpcGo{connections: map[channel]*grpc.ClientConn{}}
		options := []grpc.ServerOption{grpc.MaxRecvMsgSize(maxMessage), grpc.MaxHeaderListSize(maxHeaders)}
		if instrumented {
			var own []grpc.ServerOption
			own, g.dialOptions = instrument(provider, propagator)
			options = append(options, own...)
		}
		g.server = grpc.NewServer(options...)
		pb.RegisterConformanceServer(g.server, &service{serve: serve})
		return g, nil
	}
}

func (g *grpcGo) Networks() []string                { return []string{"tcp", "unix"} }
func (g *grpcGo) Serve(listener net.Listener) error { return g.server.Serve(listener) }

func (g *grpcGo) Stop(ctx context.Context) {
	stop := context.AfterFunc(ctx, g.server.Stop)
	defer stop()
	g.server.GracefulStop()
}

// service answers each method by the script of the call.
type service struct {
	pb.UnimplementedConformanceServer
	serve Serve
}

func (s *service) Unary(ctx context.Context, _ *pb.Message) (*pb.Message, error) {
	stream := &unaryServer{ctx: ctx}
	if err := s.serve(stream, shapes[pb.Shape_UNARY]); err != nil {
		return nil, err
	}
	return stream.response, nil
}

func (s *service) ServerStream(_ *pb.Message, stream grpc.ServerStreamingServer[pb.Message]) error {
	return s.serve(&oneRequestServer{ServerStream: stream}, shapes[pb.Shape_SERVER_STREAM])
}

func (s *service) ClientStream(stream grpc.ClientStreamingServer[pb.Message, pb.Message]) error {
	return s.serve(stream, shapes[pb.Shape_CLIENT_STREAM])
}

func (s *service) Bidi(stream grpc.BidiStreamingServer[pb.Message, pb.Message]) error {
	return s.serve(stream, shapes[pb.Shape_BIDI])
}

// unaryServer is a unary call as a stream: Go hands over the request before the handler runs.
type unaryServer struct {
	ctx      context.Context
	received Single
	response *pb.Message
}

func (u *unaryServer) Context() context.Context        { return u.ctx }
func (u *unaryServer) RecvMsg(any) error               { return u.received.Next() }
func (u *unaryServer) SendHeader(md metadata.MD) error { return grpc.SendHeader(u.ctx, md) }
func (u *unaryServer) SendMsg(m any) error             { u.response = m.(*pb.Message); return nil }

// SetTrailer fails only when the call is over, where trailers reach nobody.
func (u *unaryServer) SetTrailer(md metadata.MD) { _ = grpc.SetTrailer(u.ctx, md) }

// oneRequestServer is a server stream whose request the generated code has received already.
type oneRequestServer struct {
	grpc.ServerStream
	received Single
}

func (o *oneRequestServer) RecvMsg(any) error { return o.received.Next() }

// channel is what connections are kept by: the service config is a channel's.
type channel struct {
	to          string
	maxAttempts uint32
}

func (g *grpcGo) connection(key channel) (*grpc.ClientConn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if kept := g.connections[key]; kept != nil {
		return kept, nil
	}
	options := append([]grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithMaxHeaderListSize(maxHeaders),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)),
		grpc.WithStatsHandler(unaryWatch{}),
	}, g.dialOptions...)
	if key.maxAttempts > 1 {
		options = append(options, grpc.WithMaxCallAttempts(int(key.maxAttempts)), grpc.WithDefaultServiceConfig(fmt.Sprintf(
			`{"methodConfig":[{"name":[{}],"retryPolicy":{"maxAttempts":%d,"initialBackoff":"0.01s","maxBackoff":"0.1s",
			"backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE"]}}]}`, key.maxAttempts)))
	}
	made, err := grpc.NewClient(key.to, options...)
	if err != nil {
		return nil, err
	}
	g.connections[key] = made
	return made, nil
}

func (g *grpcGo) Dial(ctx context.Context, call Call) (_ ClientStream, sent bool, _ error) {
	conn, err := g.connection(channel{call.To, call.MaxAttempts})
	if err != nil {
		return nil, false, err
	}
	var options []grpc.CallOption
	if strings.HasPrefix(call.Method, "/"+pb.Conformance_ServiceDesc.ServiceName+"/") {
		options = append(options, grpc.StaticMethod()) // as generated code does
	}
	if call.Gzip {
		options = append(options, grpc.UseCompressor(gzip.Name))
	}
	if !call.Sends && !call.Receives {
		unary := invoke(ctx, conn, call.Method, call.Request, options)
		select {
		case <-unary.sent.Reached:
			return unary, true, nil
		default:
			return unary, false, nil
		}
	}
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{
		StreamName:    call.Method[strings.LastIndex(call.Method, "/")+1:],
		ClientStreams: call.Sends, ServerStreams: call.Receives,
	}, call.Method, options...)
	if err != nil || call.Sends {
		return stream, false, err
	}
	if err := stream.SendMsg(call.Request); err != nil {
		return stream, false, err
	}
	return stream, true, stream.CloseSend()
}

// unaryCall is a unary call as a stream. The blocking API tells nothing before the end, so that the call runs in a
// goroutine, and unaryWatch tells when the request was sent and when response headers came.
type unaryCall struct {
	sent, headers Milestone
	done          chan struct{}
	early         metadata.MD // the headers, readable after `headers`
	given         Single

	// Readable after `done`:
	header, trailer metadata.MD
	err             error
}

// invoke returns when the request was sent, or could not be.
func invoke(ctx context.Context, conn *grpc.ClientConn, method string, request *pb.Message, options []grpc.CallOption) *unaryCall {
	u := &unaryCall{sent: NewMilestone(), headers: NewMilestone(), done: make(chan struct{})}
	options = append(options, grpc.Header(&u.header), grpc.Trailer(&u.trailer))
	go func() {
		defer close(u.done)
		u.err = conn.Invoke(context.WithValue(ctx, unaryWatch{}, u), method, request, &pb.Message{}, options...)
	}()
	select {
	case <-u.sent.Reached:
	case <-u.done:
	}
	return u
}

func (u *unaryCall) SendMsg(any) error { return io.EOF }
func (u *unaryCall) CloseSend() error  { return nil }

func (u *unaryCall) Header() (metadata.MD, error) {
	select {
	case <-u.headers.Reached:
		return u.early, nil
	case <-u.done:
		return u.header, nil
	}
}

func (u *unaryCall) RecvMsg(any) error {
	<-u.done
	if u.err != nil {
		return u.err
	}
	return u.given.Next()
}

func (u *unaryCall) Trailer() metadata.MD {
	<-u.done
	return u.trailer
}

// unaryWatch is a [stats.Handler] that tells unary calls how far they came, and the key by which they are found in the
// context. It is there with and without instrumentation.
type unaryWatch struct{}

func (unaryWatch) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (unaryWatch) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (unaryWatch) HandleConn(context.Context, stats.ConnStats)                       {}

func (unaryWatch) HandleRPC(ctx context.Context, event stats.RPCStats) {
	u, ok := ctx.Value(unaryWatch{}).(*unaryCall)
	if !ok {
		return
	}
	switch event := event.(type) {
	case *stats.OutPayload:
		u.sent.Reach(func() {})
	case *stats.InHeader:
		u.headers.Reach(func() { u.early = event.Header })
	}
}
