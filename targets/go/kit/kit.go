// Package kit is the Go side of the contract between the harness and its targets (proto/conformance.proto): everything
// of a target but its instrumentation.
package kit

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	pb "conformance.example/go/kit/conformancepb"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
)

// Instrument gives the options by which a user of the instrumentation under test adds it to a server and to a client.
// The tracer provider and the propagator are also the process's own.
type Instrument func(trace.TracerProvider, propagation.TextMapPropagator) ([]grpc.ServerOption, []grpc.DialOption)

// drainLimit is longer than every wait that the contract knows.
const drainLimit = 15 * time.Second

// Main runs a target until its standard input ends. With CONFORMANCE_INSTRUMENTATION=off it runs without instrumentation.
func Main(instrument Instrument) {
	log.SetFlags(0)
	if os.Getenv("CONFORMANCE_INSTRUMENTATION") == "off" {
		instrument = nil
	}
	if err := Run(context.Background(), instrument, os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// process is one target.
type process struct {
	telemetry   *telemetry
	tracer      trace.Tracer
	dialOptions []grpc.DialOption
	journal     *journal
	signals     signals
	saved       sync.Map // of save_context: name to context.Context

	mu          sync.Mutex
	connections map[channel]*grpc.ClientConn
}

// Run serves and answers control requests until input ends; then it finishes the calls under way and exports what is left.
func Run(ctx context.Context, instrument Instrument, input io.Reader, output io.Writer) error {
	telemetry, err := newTelemetry(ctx)
	if err != nil {
		return err
	}
	p := &process{
		telemetry:   telemetry,
		tracer:      telemetry.provider.Tracer("conformance.example/go/kit"),
		journal:     newJournal(),
		connections: map[channel]*grpc.ClientConn{},
	}
	serverOptions := []grpc.ServerOption{grpc.MaxRecvMsgSize(maxMessage), grpc.MaxHeaderListSize(maxHeaders)}
	if instrument != nil {
		var own []grpc.ServerOption
		own, p.dialOptions = instrument(telemetry.provider, telemetry.propagator)
		serverOptions = append(serverOptions, own...)
	}
	server := grpc.NewServer(serverOptions...)
	pb.RegisterConformanceServer(server, &service{p: p})

	folder, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	listeners, addresses, err := listen(filepath.Join(folder, "s"))
	if err != nil {
		return err
	}
	var serving sync.WaitGroup
	for _, listener := range listeners {
		serving.Go(func() {
			if err := server.Serve(listener); err != nil {
				log.Print(err)
			}
		})
	}

	control := &control{p: p, output: json.NewEncoder(output)}
	control.reply(map[string]any{"protocol": 1, "addresses": addresses})
	control.read(ctx, input)

	drain, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	p.journal.idle(drain)
	stop := context.AfterFunc(drain, server.Stop)
	server.GracefulStop()
	stop()
	serving.Wait()
	control.pending.Wait()
	export, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	return errors.Join(control.err, telemetry.shutdown(export))
}

// listen opens 127.0.0.1, and where there are such, [::1] and a unix socket.
func listen(socket string) (listeners []net.Listener, addresses []string, err error) {
	for _, at := range []struct{ network, address string }{{"tcp", "127.0.0.1:0"}, {"tcp", "[::1]:0"}, {"unix", socket}} {
		listener, err := net.Listen(at.network, at.address)
		switch {
		case err == nil && at.network == "unix":
			addresses = append(addresses, "unix:"+socket)
		case err == nil:
			addresses = append(addresses, listener.Addr().String())
		case len(listeners) == 0:
			return nil, nil, err
		default:
			log.Print(err)
			continue
		}
		listeners = append(listeners, listener)
	}
	return listeners, addresses, nil
}
