package kit

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// telemetry is OpenTelemetry, set up as the environment says. Go's SDK reads by itself the sampler, the resource, the
// endpoint and the batch delay; everything else that a target must honour is read here.
type telemetry struct {
	provider   trace.TracerProvider
	propagator propagation.TextMapPropagator
	ledger     *ledger
	flush      func(context.Context) error
	shutdown   func(context.Context) error
}

// newTelemetry also makes it the process's own, since that is what instrumentations look for by default.
func newTelemetry(ctx context.Context) (*telemetry, error) {
	propagator, err := propagators(variable("tracecontext,baggage", "OTEL_PROPAGATORS"))
	if err != nil {
		return nil, err
	}
	none := func(context.Context) error { return nil }
	t := &telemetry{provider: noop.NewTracerProvider(), propagator: propagator, ledger: newLedger(), flush: none, shutdown: none}
	if !strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") {
		options := []sdk.TracerProviderOption{sdk.WithSpanProcessor(t.ledger)}
		for name := range strings.SplitSeq(variable("otlp", "OTEL_TRACES_EXPORTER"), ",") {
			exporter, err := exporter(ctx, strings.TrimSpace(name))
			if err != nil {
				return nil, err
			}
			if exporter != nil {
				options = append(options, sdk.WithBatcher(exporter))
			}
		}
		provider := sdk.NewTracerProvider(options...)
		t.provider, t.flush, t.shutdown = provider, provider.ForceFlush, provider.Shutdown
	}
	otel.SetTracerProvider(t.provider)
	otel.SetTextMapPropagator(t.propagator)
	return t, nil
}

// variable is the value of the first of these variables that is set and not empty.
func variable(otherwise string, names ...string) string {
	for _, name := range names {
		if value := strings.TrimSpace(os.Getenv(name)); value != "" {
			return value
		}
	}
	return otherwise
}

func exporter(ctx context.Context, name string) (sdk.SpanExporter, error) {
	switch name {
	case "none":
		return nil, nil
	case "console":
		return stdouttrace.New(stdouttrace.WithWriter(os.Stderr))
	case "otlp":
	default:
		return nil, fmt.Errorf("OTEL_TRACES_EXPORTER: %q is unknown here", name)
	}
	endpoint := variable("http://localhost", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
	if !strings.Contains(endpoint, "://") {
		return nil, fmt.Errorf("the OTLP endpoint %q has no scheme: Go's exporter would send nothing and say nothing", endpoint)
	}
	switch protocol := variable("grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"); protocol {
	case "grpc":
		return otlptracegrpc.New(ctx)
	case "http/protobuf":
		return otlptracehttp.New(ctx)
	default:
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL: Go has no exporter for %q", protocol)
	}
}

func propagators(names string) (propagation.TextMapPropagator, error) {
	var all []propagation.TextMapPropagator
	for name := range strings.SplitSeq(names, ",") {
		switch strings.TrimSpace(name) {
		case "tracecontext":
			all = append(all, propagation.TraceContext{})
		case "baggage":
			all = append(all, propagation.Baggage{})
		case "none":
		default:
			return nil, fmt.Errorf("OTEL_PROPAGATORS: %q is unknown here", name)
		}
	}
	return propagation.NewCompositeTextMapPropagator(all...), nil
}

// ledger is a span processor that counts the sampled spans which were started and ended.
type ledger struct {
	mu             sync.Mutex
	started, ended uint64
	open           map[spanID]sdk.ReadOnlySpan
}

type spanID struct {
	trace trace.TraceID
	span  trace.SpanID
}

func idOf(span sdk.ReadOnlySpan) spanID {
	return spanID{span.SpanContext().TraceID(), span.SpanContext().SpanID()}
}

func newLedger() *ledger { return &ledger{open: map[spanID]sdk.ReadOnlySpan{}} }

func (l *ledger) OnStart(_ context.Context, span sdk.ReadWriteSpan) {
	if !span.SpanContext().IsSampled() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started++
	l.open[idOf(span)] = span
}

func (l *ledger) OnEnd(span sdk.ReadOnlySpan) {
	if !span.SpanContext().IsSampled() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended++
	delete(l.open, idOf(span))
}

func (l *ledger) Shutdown(context.Context) error   { return nil }
func (l *ledger) ForceFlush(context.Context) error { return nil }

type openSpan struct {
	TraceID string `json:"trace_id"`
	SpanID  string `json:"span_id"`
	Name    string `json:"name"`
}

type ledgerReply struct {
	Started uint64     `json:"started"`
	Ended   uint64     `json:"ended"`
	Open    []openSpan `json:"open"`
}

func (l *ledger) read() ledgerReply {
	l.mu.Lock()
	spans := make([]sdk.ReadOnlySpan, 0, len(l.open))
	for _, span := range l.open {
		spans = append(spans, span)
	}
	reply := ledgerReply{Started: l.started, Ended: l.ended, Open: make([]openSpan, 0, len(spans))}
	l.mu.Unlock()
	slices.SortFunc(spans, func(a, b sdk.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) })
	for _, span := range spans {
		id := idOf(span)
		reply.Open = append(reply.Open, openSpan{id.trace.String(), id.span.String(), span.Name()})
	}
	return reply
}
