// Package kittest is what the tests of Go targets share: they run the target as the harness does, have it call itself, and
// look at what it exports.
package kittest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	pb "conformance.example/go/kit/conformancepb"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
)

// calls are what the target is told to do: a call that succeeds, one that fails, one to a method that does not exist, and one
// that is cancelled.
const calls = `
	steps { calls { calls { id: "ok" to: "$A" steps { await_end {} } } } }
	steps { calls { calls { id: "not-found" to: "$A" steps { await_end {} } server { end { code: 5 message: "gone" } } } } }
	steps { calls { calls { id: "unknown" to: "$A" shape: BIDI method: "no.Service/Method" steps { await_end {} } } } }
	steps { calls { calls { id: "cancel" to: "$A" shape: BIDI steps { await_headers {} } steps { cancel {} } server { send_headers {} } server { await_cancelled {} } } } }`

// isTarget is set where a test has started its own program again, to be the target.
const isTarget = "CONFORMANCE_TEST_TARGET"

// Main is the TestMain of a target whose main function is given.
func Main(m *testing.M, target func()) {
	if os.Getenv(isTarget) != "" {
		target()
		return
	}
	os.Exit(m.Run())
}

// CheckSpans has the target make calls to itself and compares the spans that it exports, one a line, sorted: kind, name, status.
func CheckSpans(t *testing.T, want string) {
	t.Helper()
	received := &receiver{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, received)
	go server.Serve(listener)
	defer server.Stop()

	p := run(t, "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+listener.Addr().String(), "OTEL_BSP_SCHEDULE_DELAY=50")
	p.call()
	if reply := p.ask(`"journal":{"calls":["a","ok","not-found","unknown","cancel"],"wait_ms":10000}`); strings.Count(reply, `"done":true`) != 8 {
		t.Error(reply)
	}
	if reply := p.ask(`"flush":{}`); reply != `{"flush":{},"id":1}` {
		t.Error(reply)
	}
	t.Log(p.ask(`"ledger":{}`))
	if err := p.stop(); err != nil {
		t.Error(err)
	}
	if got := received.written(t); got != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// CheckOff has the target make the same calls without its instrumentation, which then starts no span.
func CheckOff(t *testing.T) {
	t.Helper()
	p := run(t, "OTEL_TRACES_EXPORTER=none", "CONFORMANCE_INSTRUMENTATION=off")
	p.call()
	if reply := p.ask(`"journal":{"calls":["a","cancel"],"wait_ms":10000}`); strings.Count(reply, `"done":true`) != 3 {
		t.Error(reply)
	}
	if reply := p.ask(`"ledger":{}`); !strings.Contains(reply, `"started":0`) {
		t.Error(reply)
	}
}

// receiver keeps what the target exports.
type receiver struct {
	collector.UnimplementedTraceServiceServer
	mu    sync.Mutex
	spans []*otlp.Span
}

func (r *receiver) Export(_ context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range request.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			r.spans = append(r.spans, scope.Spans...)
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

func (r *receiver) written(t *testing.T) string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for _, span := range r.spans {
		var attributes []string
		for _, attribute := range span.Attributes {
			attributes = append(attributes, fmt.Sprintf("%s=%v", attribute.Key, attribute.Value))
		}
		t.Log(span.Kind, span.Name, span.Status, attributes)
		if string(span.TraceId) != string(r.spans[0].TraceId) {
			t.Errorf("%s is of another trace", span.Name)
		}
		lines = append(lines, fmt.Sprint(span.Kind, " ", span.Name, " ", span.Status.GetCode()))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// process is the target, run as the harness runs it.
type process struct {
	t       *testing.T
	address string
	ask     func(request string) string
	stop    func() error
}

func run(t *testing.T, environment ...string) *process {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program)
	command.Env = append(append(os.Environ(), isTarget+"=1"), environment...)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	line := func() string {
		if !lines.Scan() {
			t.Fatal("the target's output ended")
		}
		return lines.Text()
	}
	var ready struct{ Addresses []string }
	if err := json.Unmarshal([]byte(line()), &ready); err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceValue(func() error {
		input.Close()
		if lines.Scan() {
			t.Errorf("unasked output %s", lines.Text())
		}
		return command.Wait()
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	ask := func(request string) string {
		fmt.Fprintf(input, "{\"id\":1,%s}\n", request)
		return line()
	}
	return &process{t, ready.Addresses[0], ask, stop}
}

// call has the target make its calls.
func (p *process) call() {
	p.t.Helper()
	script := &pb.Script{}
	if err := prototext.Unmarshal([]byte(strings.ReplaceAll(calls, "$A", p.address)), script); err != nil {
		p.t.Fatal(err)
	}
	script.Call = "a"
	raw, err := proto.Marshal(script)
	if err != nil {
		p.t.Fatal(err)
	}
	conn, err := grpc.NewClient(p.address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close()
	ctx := metadata.AppendToOutgoingContext(p.t.Context(), "conformance-script-bin", string(raw))
	if _, err := pb.NewConformanceClient(conn).Unary(ctx, &pb.Message{}); err != nil {
		p.t.Fatal(err)
	}
}
