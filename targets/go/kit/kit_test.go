package kit

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	pb "conformance.example/go/kit/conformancepb"
	"go.opentelemetry.io/otel/baggage"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
)

// target is an uninstrumented target in this process, spoken to as the harness does.
type target struct {
	t         testing.TB
	addresses []string
	client    pb.ConformanceClient
	input     *io.PipeWriter
	stopped   chan error

	mu      sync.Mutex
	next    uint64
	waiting map[uint64]chan map[string]json.RawMessage
}

func start(t testing.TB) *target {
	t.Helper()
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	in, input := io.Pipe()
	output, out := io.Pipe()
	x := &target{t: t, input: input, stopped: make(chan error, 1), waiting: map[uint64]chan map[string]json.RawMessage{}}
	go func() {
		x.stopped <- run(context.Background(), onGRPC(nil), false, in, out)
		out.Close()
	}()
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		t.Fatal("no ready line")
	}
	var ready struct {
		Protocol  int
		Addresses []string
	}
	if err := json.Unmarshal(lines.Bytes(), &ready); err != nil || ready.Protocol != 1 || len(ready.Addresses) == 0 {
		t.Fatalf("ready line %s: %v", lines.Text(), err)
	}
	x.addresses = ready.Addresses
	go func() {
		for lines.Scan() {
			var reply map[string]json.RawMessage
			var id uint64
			if json.Unmarshal(lines.Bytes(), &reply) != nil || json.Unmarshal(reply["id"], &id) != nil {
				t.Errorf("reply %s", lines.Text())
			}
			x.mu.Lock()
			x.waiting[id] <- reply
			x.mu.Unlock()
		}
	}()
	conn, err := grpc.NewClient(x.addresses[0], grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)))
	if err != nil {
		t.Fatal(err)
	}
	x.client = pb.NewConformanceClient(conn)
	t.Cleanup(func() {
		conn.Close()
		input.Close()
		if err := <-x.stopped; err != nil {
			t.Error(err)
		}
		x.stopped <- nil
	})
	return x
}

// ask sends a control request; the reply comes on the channel.
func (x *target) ask(request string) <-chan map[string]json.RawMessage {
	x.mu.Lock()
	x.next++
	id, reply := x.next, make(chan map[string]json.RawMessage, 1)
	x.waiting[id] = reply
	x.mu.Unlock()
	if _, err := fmt.Fprintf(x.input, "{\"id\":%d,%s}\n", id, request); err != nil {
		x.t.Error(err)
	}
	return reply
}

// outgoing is the context in which a call carries a script, written as protobuf text in which $A is the target's address.
func (x *target) outgoing(id, steps string) context.Context {
	script := &pb.Script{}
	if err := prototext.Unmarshal([]byte(strings.ReplaceAll(steps, "$A", x.addresses[0])), script); err != nil {
		x.t.Fatal(err)
	}
	script.Call = id
	raw, err := proto.Marshal(script)
	if err != nil {
		x.t.Fatal(err)
	}
	return metadata.AppendToOutgoingContext(context.Background(), scriptKey, string(raw))
}

// run has the target's unary method carry out steps as the call "a", and gives the journal of some calls.
func (x *target) run(steps string, calls ...string) []*pb.Journal {
	x.t.Helper()
	if _, err := x.client.Unary(x.outgoing("a", steps), &pb.Message{}); err != nil {
		x.t.Fatal(err)
	}
	return x.journal(append([]string{"a"}, calls...)...)
}

func (x *target) journal(calls ...string) (entries []*pb.Journal) {
	x.t.Helper()
	names, _ := json.Marshal(calls)
	reply := <-x.ask(fmt.Sprintf(`"journal":{"calls":%s,"wait_ms":15000}`, names))
	var forms []json.RawMessage
	if err := json.Unmarshal(reply["journal"], &forms); err != nil {
		x.t.Fatalf("%v: %v", reply, err)
	}
	for _, form := range forms {
		entry := &pb.Journal{}
		if err := protojson.Unmarshal(form, entry); err != nil {
			x.t.Fatal(err)
		}
		entries = append(entries, entry)
	}
	return entries
}

func values(list []*pb.Metadata, key string) (values []string) {
	for _, entry := range list {
		if entry.Key == key {
			values = append(values, entry.Value)
		}
	}
	return values
}

// TestSteps makes a call from within the call "a", and compares its journal without metadata and contexts.
func TestSteps(t *testing.T) {
	x := start(t)
	for name, test := range map[string]struct{ call, want string }{
		"unary": {
			`steps { await_end {} }`,
			`client { sent: 1 received: 1 reached: 1 code: 0 done: true } server { sent: 1 done: true }`,
		},
		"unary, size of its first step, received": {
			`steps { send { count: 2 size: 9 } } steps { send { count: 1 } } steps { half_close {} } steps { receive { count: 1 } }
			 server { receive {} } server { send { count: 1 size: 3 } }`,
			`client { sent: 1 received: 1 reached: 4 code: 0 done: true } server { received: 1 sent: 1 reached: 2 done: true }`,
		},
		"unary, let go": {
			`context: NONE steps { await { signal: "let go" } } server { raise { signal: "let go" } }`,
			`client { sent: 1 reached: 1 done: true } server { sent: 1 reached: 1 done: true }`,
		},
		"unary, a status and no message": {
			`steps { await_end {} } server { send { count: 1 } } server { end { code: 5 message: "gone" } }`,
			`client { sent: 1 reached: 1 code: 5 message: "gone" done: true } server { reached: 2 done: true }`,
		},
		"unary, cancelled after its headers": {
			`steps { await_headers {} } steps { cancel {} } steps { receive { count: 1 } } server { send_headers {} } server { await_cancelled {} }`,
			`client { sent: 1 reached: 2 over_at: 2 code: 1 message: "context canceled" done: true } server { reached: 2 cancelled: true done: true }`,
		},
		"unary, no headers but a status": {
			`steps { await_headers {} } steps { await_end {} } server { end { code: 16 message: "m" } }`,
			`client { sent: 1 reached: 1 over_at: 1 code: 16 message: "m" done: true } server { reached: 1 done: true }`,
		},
		"server stream": {
			`shape: SERVER_STREAM steps { send { count: 1 size: 4 } } steps { receive { count: 2 } } steps { await_end {} } steps { await_end {} }
			 server { receive { count: 2 } } server { send { count: 3 size: 2 } }`,
			`client { sent: 1 received: 3 reached: 3 over_at: 3 code: 0 done: true } server { received: 1 sent: 3 reached: 2 done: true }`,
		},
		"client stream": {
			`shape: CLIENT_STREAM steps { send { count: 2 size: 4 } } steps { half_close {} } steps { half_close {} } steps { send { count: 1 } } steps { receive {} }
			 server { receive {} } server { send { count: 2 } } server { send_headers {} } server { send_headers {} }`,
			`client { sent: 2 received: 1 reached: 5 code: 0 done: true } server { received: 2 sent: 1 reached: 4 done: true }`,
		},
		"client stream, a failure": {
			`shape: CLIENT_STREAM steps { await_end {} } server { fail { how: "error" message: "oops" } }`,
			`client { reached: 1 code: 2 message: "oops" done: true } server { reached: 1 done: true }`,
		},
		"bidi": {
			`shape: BIDI compression: GZIP steps { send { count: 1 } } steps { receive { count: 1 } } steps { send { count: 1 } } steps { half_close {} } steps { await_end {} }
			 server { receive { count: 1 } } server { send { count: 1 } } server { receive {} }`,
			`client { sent: 2 received: 1 reached: 5 code: 0 done: true } server { received: 2 sent: 1 reached: 3 done: true }`,
		},
		"bidi, headers without messages": {
			`shape: BIDI steps { await_headers {} } steps { receive {} }`,
			`client { reached: 2 code: 0 done: true } server { done: true }`,
		},
		"bidi, cancelled": {
			`shape: BIDI steps { await_headers {} } steps { cancel {} } steps { pause { ms: 1 } } steps { send { count: 1 } }
			 server { send_headers {} } server { receive {} } server { send { count: 1 } } server { pause { ms: 1 } } server { end {} }`,
			`client { reached: 3 over_at: 3 code: 1 message: "context canceled" done: true } server { reached: 2 over_at: 1 cancelled: true done: true }`,
		},
		"bidi, walked away": {
			`shape: BIDI context: NONE deadline_ms: 60000 steps { walk_away {} } steps { cancel {} } steps { await { signal: "walked" } } server { raise { signal: "walked" } }`,
			`client { reached: 2 over_at: 1 done: true } server { deadline_ms: 0 reached: 1 done: true }`,
		},
		"bidi, dropped": {
			`shape: BIDI context: NONE steps { drop {} } steps { receive {} } steps { await { signal: "dropped" } }
			 server { send { count: 1 } } server { raise { signal: "dropped" } }`,
			`client { reached: 2 over_at: 1 done: true } server { sent: 1 reached: 2 done: true }`,
		},
		"deadline": {
			`shape: BIDI deadline_ms: 100 steps { await_end {} } server { send { count: 2 } } server { await_cancelled {} } server { end { code: 5 } }`,
			`client { received: 2 reached: 1 code: 4 done: true } server { deadline_ms: 0 sent: 2 reached: 2 over_at: 2 cancelled: true done: true }`,
		},
		"steps after the end run after the status": {
			`steps { await_end {} } steps { raise { signal: "ended" } }
			 server { span { name: "s" steps { end { code: 5 } } steps { await { signal: "ended" } } steps { receive {} } } } server { await_cancelled {} } server { end {} }`,
			`client { sent: 1 reached: 2 code: 5 done: true } server { reached: 1 over_at: 0 done: true }`,
		},
		"what a target cannot do": {
			`steps { await_end {} } server { fail { how: "panic" } } server { wire { goaway: true } } server { end { via: "x" } }`,
			`client { sent: 1 received: 1 reached: 1 code: 0 done: true }
			 server { sent: 1 reached: 3 done: true error: "a Go handler cannot fail by \"panic\"; step *conformancepb.ServerStep_Wire is not for targets; a Go handler cannot end by \"x\"" }`,
		},
		"what a client cannot do": {
			`style: "callback" steps { await_end {} }`,
			`client { over_at: 0 done: true error: "there is no client style \"callback\"" }`,
		},
		"retried": {
			`max_attempts: 3 steps { await_end {} }
			 server { on_attempt { number: 1 steps { end { code: 14 } } } } server { on_attempt { number: 2 steps { end { code: 14 } } } }`,
			`client { sent: 1 received: 1 reached: 1 code: 0 done: true }
			 server { reached: 2 done: true } server { reached: 2 done: true } server { sent: 1 reached: 2 done: true }`,
		},
		"unimplemented": {
			`method: "conformance.v1.Conformance/Unimplemented" steps { await_end {} }`,
			`client { sent: 1 reached: 1 code: 12 message: "method Unimplemented not implemented" done: true }`,
		},
		"unknown": {
			`method: "no.Service/Method" shape: SERVER_STREAM steps { await_end {} }`,
			`client { sent: 1 reached: 1 code: 12 message: "unknown service no.Service" done: true }`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			x.t = t
			entries := x.run(fmt.Sprintf(`steps { calls { calls { id: %q to: "$A" %s } } }`, name, test.call), name)
			want := &pb.Journal{}
			if err := prototext.Unmarshal([]byte(test.want), want); err != nil {
				t.Fatal(err)
			}
			got := entries[1]
			got.Call = ""
			got.Client.Headers, got.Client.Trailers = nil, nil
			if got.Client.GetCode() == 4 { // either end's timer may be first, and says so in its own words
				got.Client.Message = ""
			}
			for i, end := range got.Server {
				end.Metadata = nil
				if i < len(want.Server) && end.DeadlineMs != nil && want.Server[i].DeadlineMs != nil {
					end.DeadlineMs = proto.Uint32(0)
				}
			}
			if !proto.Equal(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
			if a := entries[0].Server[0]; a.Reached != 1 || a.Error != "" {
				t.Errorf("a: %v", a)
			}
		})
	}
}

// A call with an empty list begins and is let go, which in Go leaves it to the context of its handler.
func TestEmptyList(t *testing.T) {
	x := start(t)
	entries := x.run(`steps { calls { calls { id: "b" to: "$A" shape: BIDI server { raise { signal: "here" } } server { await_cancelled {} } } } }
		steps { await { signal: "here" } }`, "b")
	if b := entries[1]; !b.Client.Done || b.Client.Code != nil || len(b.Server) != 1 || !b.Server[0].Cancelled {
		t.Error(b)
	}
}

func TestRefusedConnection(t *testing.T) {
	x := start(t)
	entries := x.run(`steps { calls { calls { id: "b" to: "127.0.0.1:1" shape: BIDI steps { await_end {} }
		on_completion { id: "c" to: "$A" steps { await_end {} } } } } }`, "b", "c")
	if b := entries[1].Client; b.GetCode() != 14 || b.GetOverAt() != 0 || b.OverAt == nil || entries[2].Client.Code == nil {
		t.Error(entries)
	}
}

// Two calls that stay open, worked on in turn, and a third made when the first is complete.
func TestOpenCallsInTurn(t *testing.T) {
	x := start(t)
	const open = `shape: BIDI to: "$A" steps { send { count: 1 } } server { receive { count: 2 } } server { send { count: 1 } } server { end { code: 9 } }`
	entries := x.run(`steps { calls { calls { id: "b" `+open+` on_completion { id: "d" to: "$A" steps { await_end {} } } } calls { id: "c" `+open+` } } }
		steps { on { call: "c" steps { send { count: 1 } } } } steps { on { call: "b" steps { send { count: 1 } } } }
		steps { on { call: "b" steps { await_end {} } } } steps { on { call: "c" steps { receive { count: 1 } } } } steps { on { call: "unknown" } }`,
		"b", "c", "d")
	b, c, d := entries[1].Client, entries[2].Client, entries[3].Client
	if b.GetCode() != 9 || b.Reached != 3 || b.Sent != 2 || b.Received != 1 || !b.Done {
		t.Errorf("b: %v", b)
	}
	if c.Code != nil || c.Reached != 3 || c.Sent != 2 || c.Received != 1 || !c.Done {
		t.Errorf("c: %v", c)
	}
	if d.GetCode() != 0 || d.Code == nil || entries[0].Server[0].Reached != 6 {
		t.Errorf("d: %v, a: %v", d, entries[0])
	}
}

func TestMetadata(t *testing.T) {
	x := start(t)
	const k = `metadata { key: "k" value: "1" } metadata { key: "k" value: "2" } metadata { key: "z-bin" value: "AP8" }`
	ctx := metadata.AppendToOutgoingContext(x.outgoing("a", `steps { calls {
		calls { id: "b" to: "$A" `+k+` steps { await_end {} } server { send_headers { `+k+` } }
			server { end { code: 3 details: "\x08\x03" trailers { key: "t-bin" value: "AP8" } } } }
		calls { id: "c" to: "$A" forwarding: REUSE metadata { key: "k" value: "3" } steps { await_end {} } }
		calls { id: "d" to: "$A" forwarding: FORWARD metadata { key: "x" value: "own" } steps { await_end {} } }
		calls { id: "e" to: "$A" steps { await_end {} } } } }`), "x", "1", "x", "2", "traceparent", "t", "grpc-own", "1")
	if _, err := x.client.Unary(ctx, &pb.Message{}); err != nil {
		t.Fatal(err)
	}
	entries := x.journal("b", "c", "d", "e")
	b := entries[0]
	for _, check := range []struct {
		what string
		got  []string
		want string
	}{
		{"request", values(b.Server[0].Metadata, "k"), "[1 2]"},
		{"binary request", values(b.Server[0].Metadata, "z-bin"), "[AP8]"},
		{"script", values(b.Server[0].Metadata, scriptKey), "[]"},
		{"headers", values(b.Client.Headers, "k"), "[1 2]"},
		{"binary headers", values(b.Client.Headers, "z-bin"), "[AP8]"},
		{"trailers", values(b.Client.Trailers, "t-bin"), "[AP8]"},
		{"details", values(b.Client.Trailers, detailsKey), "[CAM]"},
		{"reused", values(entries[1].Server[0].Metadata, "k"), "[1 2 3]"},
		{"forwarded", values(entries[2].Server[0].Metadata, "x"), "[1 2 own]"},
		{"forwarded context", values(entries[2].Server[0].Metadata, "traceparent"), "[t]"},
		{"forwarded of gRPC", values(entries[2].Server[0].Metadata, "grpc-own"), "[]"},
		{"fresh", values(entries[3].Server[0].Metadata, "k"), "[]"},
	} {
		if got := fmt.Sprint(check.got); got != check.want {
			t.Errorf("%s: %s, want %s", check.what, got, check.want)
		}
	}
}

func TestContexts(t *testing.T) {
	x := start(t)
	call := func(id, with string) string {
		return fmt.Sprintf(`steps { calls { calls { id: %q to: "$A" %s steps { await_end {} } } } }`, id, with)
	}
	entries := x.run(call("root", "")+`steps { span { name: "s" `+call("in", "")+`
			steps { save_context { name: "kept" } } steps { annotate { attributes { key: "k" value: "v" } events: "e" ok: true } }
			steps { baggage { key: "k" value: "v" } } `+call("none", "context: NONE")+`} }`+
		call("saved", `context: SAVED saved: "kept"`)+call("lost", `context: SAVED saved: "unknown"`)+`steps { end {} }`+call("after", ""),
		"root", "in", "none", "saved", "lost", "after")
	if a := entries[0].Server[0]; a.Reached != 6 || a.Error != "" {
		t.Error(a)
	}
	in := entries[2].Client.Context
	for i, want := range []*pb.SpanContext{nil, in, nil, in, nil, nil} {
		if got := entries[i+1].Client; in == nil || !proto.Equal(got.Context, want) {
			t.Errorf("%s: %v", entries[i+1].Call, got)
		}
	}
	if entries[5].Client.Error == "" || entries[6].Client.Code == nil || entries[6].Client.GetCode() != 0 {
		t.Error(entries)
	}
	if ledger := x.ledger(); ledger.Started != 1 || ledger.Ended != 1 || len(ledger.Open) != 0 {
		t.Error(ledger)
	}
}

func (x *target) ledger() (ledger ledgerReply) {
	x.t.Helper()
	reply := <-x.ask(`"ledger":{}`)
	if err := json.Unmarshal(reply["ledger"], &ledger); err != nil {
		x.t.Fatalf("%v: %v", reply, err)
	}
	return ledger
}

func TestSpanOutlivesTheCall(t *testing.T) {
	x := start(t)
	ctx := x.outgoing("a", `steps { span { name: "late" outlives: true } } steps { end {} } steps { await { signal: "go" } }`)
	if _, err := x.client.Unary(ctx, &pb.Message{}); err != nil {
		t.Fatal(err)
	}
	if ledger := x.ledger(); len(ledger.Open) != 1 || ledger.Open[0].Name != "late" || len(ledger.Open[0].TraceID) != 32 {
		t.Error(ledger)
	}
	<-x.ask(`"raise":{"signal":"go"}`)
	x.journal("a")
	if ledger := x.ledger(); ledger.Ended != 1 || len(ledger.Open) != 0 {
		t.Error(ledger)
	}
}

func TestBaggage(t *testing.T) {
	ctx, err := withBaggage(t.Context(), "k", "v")
	if err == nil {
		ctx, err = withBaggage(ctx, "a", "b c")
	}
	if got := fmt.Sprint(writtenBaggage(baggage.FromContext(ctx))); err != nil || strings.Count(got, "key:") != 2 || !strings.Contains(got, "b c") {
		t.Errorf("%s, %v", got, err)
	}
}

func TestWithoutScript(t *testing.T) {
	x := start(t)
	if _, err := x.client.Unary(t.Context(), &pb.Message{}); err != nil {
		t.Error(err)
	}
	stream, err := x.client.Bidi(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Error(err)
	}
	if _, err := stream.Recv(); err != io.EOF {
		t.Error(err)
	}
	damaged := metadata.AppendToOutgoingContext(t.Context(), scriptKey, "\xff")
	if _, err := x.client.Unary(damaged, &pb.Message{}); status.Code(err) != codes.InvalidArgument {
		t.Error(err)
	}
}

func TestJournalInTrailers(t *testing.T) {
	x := start(t)
	var trailers metadata.MD
	ctx := x.outgoing("a", `journal_in_trailers: true steps { receive {} } steps { end { code: 7 } } steps { pause { ms: 1 } }`)
	if _, err := x.client.Unary(ctx, &pb.Message{}, grpc.Trailer(&trailers)); status.Code(err) != codes.PermissionDenied {
		t.Error(err)
	}
	entry := &pb.Journal{}
	if err := proto.Unmarshal([]byte(strings.Join(trailers.Get(journalKey), "")), entry); err != nil || len(entry.Server) != 1 {
		t.Fatal(entry, err)
	}
	if end := entry.Server[0]; entry.Call != "a" || end.Reached != 2 || end.Done || end.Received != 1 {
		t.Error(entry)
	}
}

func TestLimits(t *testing.T) {
	x := start(t)
	ctx := metadata.AppendToOutgoingContext(x.outgoing("a", `steps { send { count: 1 size: 16000000 } }`), "large", strings.Repeat("x", 64<<10))
	response, err := x.client.Unary(ctx, &pb.Message{Body: make([]byte, 16000000)})
	if err != nil || len(response.Body) != 16000000 {
		t.Error(err)
	}
}

// Every address serves, and can be dialled by a script.
func TestAddresses(t *testing.T) {
	x := start(t)
	targets := append([]string{"dns:///" + x.addresses[0]}, x.addresses...)
	for i, to := range targets {
		id := fmt.Sprint("b", i)
		entries := x.run(fmt.Sprintf(`steps { calls { calls { id: %q to: %q steps { await_end {} } } } }`, id, to), id)
		if code := entries[1].Client.Code; code == nil || *code != 0 {
			t.Errorf("%s: %v", to, entries[1])
		}
	}
}

// Many handlers, each with calls that only end if they run at once.
func TestConcurrency(t *testing.T) {
	x := start(t)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			ctx := x.outgoing(fmt.Sprint("a", i), fmt.Sprintf(`steps { calls { concurrent: true
				calls { id: "b%[1]d" to: "$A" metadata { key: "k" value: "v" } steps { await_end {} } server { raise { signal: "b%[1]d" } } server { await { signal: "c%[1]d" } } }
				calls { id: "c%[1]d" to: "$A" forwarding: REUSE shape: BIDI steps { await_end {} } server { raise { signal: "c%[1]d" } } server { await { signal: "b%[1]d" } } } } }`, i))
			if _, err := x.client.Unary(ctx, &pb.Message{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range 20 {
		for _, entry := range x.journal(fmt.Sprint("a", i), fmt.Sprint("b", i), fmt.Sprint("c", i)) {
			if end := entry.Server[0]; !end.Done || end.Error != "" || entry.Client != nil && entry.Client.Code == nil {
				t.Error(entry)
			}
		}
	}
}

func TestControl(t *testing.T) {
	x := start(t)
	waits := x.ask(`"await":{"signal":"s","wait_ms":60000}`)
	for _, test := range []struct{ request, want string }{
		{`"raise":{"signal":"s"}`, `"raise":{}`},
		{`"await":{"signal":"s","wait_ms":0}`, `"await":{}`},
		{`"await":{"signal":"other","wait_ms":1}`, `"error":"signal \"other\" was not raised within 1ms"`},
		{`"flush":{}`, `"flush":{}`},
		{`"journal":{"calls":["never seen"],"wait_ms":60000}`, `"journal":[]`},
		{`"unheard of":{}`, `"error":"the request asks nothing that is known here"`},
		{`"flush":7`, `"error":`},
	} {
		reply, _ := json.Marshal(<-x.ask(test.request))
		if !strings.Contains(string(reply), test.want) {
			t.Errorf("%s: %s", test.request, reply)
		}
	}
	if reply := <-waits; reply["await"] == nil {
		t.Error(reply)
	}
}

// The journal of a call under way is there after `wait_ms`, and stays until it is done.
func TestJournalOfACallUnderWay(t *testing.T) {
	x := start(t)
	gone := make(chan error, 1)
	go func() {
		_, err := x.client.Unary(x.outgoing("a", `steps { raise { signal: "here" } } steps { await { signal: "go" } }`), &pb.Message{})
		gone <- err
	}()
	<-x.ask(`"await":{"signal":"here","wait_ms":60000}`)
	if reply := <-x.ask(`"journal":{"calls":["a"],"wait_ms":0}`); strings.Contains(string(reply["journal"]), "done") {
		t.Error(string(reply["journal"]))
	}
	<-x.ask(`"raise":{"signal":"go"}`)
	if entry := x.journal("a")[0]; !entry.Server[0].Done || entry.Server[0].Reached != 2 {
		t.Error(entry)
	}
	if reply := <-x.ask(`"journal":{"calls":["a"],"wait_ms":0}`); string(reply["journal"]) != "[]" {
		t.Error(reply)
	}
	if err := <-gone; err != nil {
		t.Error(err)
	}
}

// At the end of input the calls under way are finished, those that they make included.
func TestEndOfInput(t *testing.T) {
	x := start(t)
	gone := make(chan error, 1)
	go func() {
		_, err := x.client.Unary(x.outgoing("a", `steps { raise { signal: "here" } } steps { pause { ms: 50 } }
			steps { calls { calls { id: "b" to: "$A" steps { await_end {} } server { end { code: 5 } } } } } steps { end { code: 6 } }`), &pb.Message{})
		gone <- err
	}()
	<-x.ask(`"await":{"signal":"here","wait_ms":60000}`)
	x.input.Close()
	if err := <-gone; status.Code(err) != codes.AlreadyExists {
		t.Error(err)
	}
	select {
	case err := <-x.stopped:
		x.stopped <- err
	case <-time.After(20 * time.Second):
		t.Fatal("still running")
	}
}

func TestEnvironment(t *testing.T) {
	for _, test := range []struct{ variable, value, want string }{
		{"OTEL_TRACES_EXPORTER", "zipkin", "zipkin"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "http/json"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "scheme"},
		{"OTEL_PROPAGATORS", "b3", "b3"},
	} {
		t.Run(test.variable, func(t *testing.T) {
			t.Setenv(test.variable, test.value)
			if _, err := newTelemetry(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Error(err)
			}
		})
	}
	t.Run("disabled", func(t *testing.T) {
		t.Setenv("OTEL_SDK_DISABLED", "true")
		telemetry, err := newTelemetry(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, span := telemetry.provider.Tracer("").Start(t.Context(), "s")
		if span.IsRecording() || telemetry.flush(t.Context()) != nil {
			t.Error(span)
		}
	})
}
