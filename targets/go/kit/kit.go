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
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
)

// Instrument gives the options by which a user of the instrumentation under test adds it to a server and to a client.
// The tracer provider and the propagator are also the process's own.
type Instrument func(trace.TracerProvider, propagation.TextMapPropagator) ([]grpc.ServerOption, []grpc.DialOption)

// drainLimit is longer than every wait that the contract knows.
const drainLimit = 15 * time.Second

// Main runs a target on gRPC for Go.
func Main(instrument Instrument) { MainOn(onGRPC(instrument)) }

// MainOn runs a target until its standard input ends. With CONFORMANCE_INSTRUMENTATION=off it runs without instrumentation.
func MainOn(transport NewTransport) {
	log.SetFlags(0)
	instrumented := os.Getenv("CONFORMANCE_INSTRUMENTATION") != "off"
	if err := run(context.Background(), transport, instrumented, os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// process is one target.
type process struct {
	transport Transport
	telemetry *telemetry
	tracer    trace.Tracer
	journal   *journal
	signals   signals
	saved     sync.Map // of save_context: name to context.Context
}

// run serves and answers control requests until input ends; then it finishes the calls under way and exports what is left.
func run(ctx context.Context, newTransport NewTransport, instrumented bool, input io.Reader, output io.Writer) error {
	telemetry, err := newTelemetry(ctx)
	if err != nil {
		return err
	}
	p := &process{
		telemetry: telemetry,
		tracer:    telemetry.provider.Tracer("conformance.example/go/kit"),
		journal:   newJournal(),
	}
	if p.transport, err = newTransport(p.serve, telemetry.provider, telemetry.propagator, instrumented); err != nil {
		return err
	}

	folder, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	listeners, addresses, err := listen(p.transport.Networks(), filepath.Join(folder, "s"))
	if err != nil {
		return err
	}
	var serving sync.WaitGroup
	for _, listener := range listeners {
		serving.Go(func() {
			if err := p.transport.Serve(listener); err != nil {
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
	p.transport.Stop(drain)
	serving.Wait()
	control.pending.Wait()
	export, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	return errors.Join(control.err, telemetry.shutdown(export))
}

// listen opens 127.0.0.1, and where there are such, [::1] and a unix socket.
func listen(networks []string, socket string) (listeners []net.Listener, addresses []string, err error) {
	for _, at := range []struct{ network, address string }{{"tcp", "127.0.0.1:0"}, {"tcp", "[::1]:0"}, {"unix", socket}} {
		if !slices.Contains(networks, at.network) {
			continue
		}
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
