package kit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	pb "conformance.example/go/kit/conformancepb"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

const (
	scriptKey  = "conformance-script-bin"
	journalKey = "conformance-journal-bin"
	detailsKey = "grpc-status-details-bin"

	signalLimit = 10 * time.Second
)

// handler works through the server's list of one call.
//
// The list runs on the goroutine of the gRPC handler until the call is ended. Ending a call in Go is returning from its
// handler, so what is left of the list then goes on in a goroutine of its own, once the status was sent.
type handler struct {
	p      *process
	stream ServerStream
	ctx    context.Context // the handler's
	single bool            // the method has a single response
	script *pb.Script
	number uint32 // which arrival of the call this is
	frames []*frame
	entry  *pb.ServerEnd
	kept   *pb.Message // the single response

	headersSent bool
	ended       bool
	lost        error        // by which the stream told that the call is over
	result      error        // what the gRPC handler returns
	outliving   []trace.Span // spans that end after the call

	mu       sync.Mutex // calls are made concurrently
	calls    map[string]*call
	metadata []string // what the previous call sent
}

// frame is a list of steps under way: the handler's own, or that of a span or an attempt within it.
type frame struct {
	steps []*pb.ServerStep
	next  int
	ctx   context.Context
	span  trace.Span // ends with the list; may be nil
}

// serve is the handler of all methods.
func (p *process) serve(stream ServerStream, shape Shape) error {
	ctx := stream.Context()
	received, _ := metadata.FromIncomingContext(ctx)
	value := received.Get(scriptKey)
	if len(value) == 0 {
		return stream.SendMsg(&pb.Message{})
	}
	script := &pb.Script{}
	if err := proto.Unmarshal([]byte(value[0]), script); err != nil {
		return status.Errorf(codes.InvalidArgument, "%s: %v", scriptKey, err)
	}
	h := &handler{
		p: p, stream: stream, ctx: ctx, single: !shape.Receives, script: script,
		frames: []*frame{{steps: script.Steps, ctx: ctx}},
		entry: &pb.ServerEnd{
			Metadata: written(received, func(key string) bool { return key == scriptKey }),
			Context:  writtenSpan(ctx),
			Baggage:  writtenBaggage(baggage.FromContext(ctx)),
		},
		calls: map[string]*call{},
	}
	if deadline, ok := ctx.Deadline(); ok {
		h.entry.DeadlineMs = proto.Uint32(uint32(max(0, time.Until(deadline).Milliseconds())))
	}
	h.number = p.journal.arrive(script.Call, h.entry)

	h.run(true)
	if !h.ended && !h.over() {
		h.end(nil, nil)
	}
	if !h.ended { // over before it was ended: what a Go handler returns then
		h.over()
		h.result = cmp.Or(h.ctx.Err(), h.lost)
	}
	go func() {
		<-h.ctx.Done() // the status was sent
		h.run(false)
		h.finish()
	}()
	return h.result
}

// run carries out what is left of the list; within the gRPC handler, no further than the end of the call.
func (h *handler) run(within bool) {
	for len(h.frames) > 0 && !(within && h.ended) {
		top := h.frames[len(h.frames)-1]
		if top.next < len(top.steps) {
			top.next++
			h.step(top, top.steps[top.next-1])
			continue
		}
		if top.span != nil {
			top.span.End()
		}
		h.frames = h.frames[:len(h.frames)-1]
		if len(h.frames) > 0 {
			h.reached()
		}
	}
}

// finish lets go of everything after the whole list. Letting go of a call is nothing to do in Go.
func (h *handler) finish() {
	for _, span := range slices.Backward(h.outliving) {
		span.End()
	}
	h.p.journal.note(func() {
		for _, call := range h.calls {
			call.entry.Done = true
		}
	})
	h.p.journal.leave(h.entry)
}

// over tells whether the call is over to the server.
func (h *handler) over() bool {
	if h.ended {
		return true
	}
	if h.lost == nil && h.ctx.Err() == nil {
		return false
	}
	h.note(func(entry *pb.ServerEnd) { entry.Cancelled = true })
	return true
}

func (h *handler) note(write func(*pb.ServerEnd)) {
	h.p.journal.note(func() { write(h.entry) })
}

func (h *handler) complain(err error) {
	h.note(func(entry *pb.ServerEnd) { complain(&entry.Error, err) })
}

// reached counts a step of the handler's own list that was carried out.
func (h *handler) reached() {
	if len(h.frames) == 1 {
		h.note(func(entry *pb.ServerEnd) { entry.Reached++ })
	}
}

// step carries out one step.
func (h *handler) step(f *frame, step *pb.ServerStep) {
	switch s := step.Step.(type) {
	case *pb.ServerStep_Pause:
		time.Sleep(time.Duration(s.Pause.Ms) * time.Millisecond)
	case *pb.ServerStep_Await:
		if err := h.p.signals.await(s.Await.Signal, signalLimit); err != nil {
			h.complain(err)
		}
	case *pb.ServerStep_Raise:
		h.p.signals.of(s.Raise.Signal).raise()
	case *pb.ServerStep_Span:
		ctx, span := h.p.tracer.Start(f.ctx, s.Span.Name, trace.WithSpanKind(trace.SpanKindInternal))
		inner := &frame{steps: s.Span.Steps, ctx: ctx, span: span}
		if s.Span.Outlives {
			h.outliving, inner.span = append(h.outliving, span), nil
		}
		h.frames = append(h.frames, inner)
		return // counted at the end of its list
	case *pb.ServerStep_Baggage:
		if ctx, err := withBaggage(f.ctx, s.Baggage.Key, s.Baggage.Value); err != nil {
			h.complain(err)
		} else {
			f.ctx = ctx
		}
	case *pb.ServerStep_Annotate:
		annotate(trace.SpanFromContext(f.ctx), s.Annotate)
	case *pb.ServerStep_SaveContext:
		h.p.saved.Store(s.SaveContext.Name, f.ctx)
	case *pb.ServerStep_Calls:
		h.makeCalls(f.ctx, s.Calls)
	case *pb.ServerStep_On:
		h.mu.Lock()
		call := h.calls[s.On.Call]
		h.mu.Unlock()
		if call != nil {
			call.run(s.On.Steps)
		}
	case *pb.ServerStep_OnAttempt:
		if s.OnAttempt.Number == h.number {
			h.frames = append(h.frames, &frame{steps: s.OnAttempt.Steps, ctx: f.ctx})
			return // counted at the end of its list
		}
	default: // the steps that concern the call
		if h.over() || !h.onCall(step) {
			h.over()
			h.note(func(entry *pb.ServerEnd) {
				if entry.OverAt == nil {
					entry.OverAt = proto.Uint32(uint32(h.frames[0].next - 1))
				}
			})
			return
		}
	}
	h.reached()
}

// onCall carries out a step that concerns the call; false if the call became over meanwhile.
func (h *handler) onCall(step *pb.ServerStep) bool {
	switch s := step.Step.(type) {
	case *pb.ServerStep_Receive:
		for n := uint32(0); s.Receive.Count == 0 || n < s.Receive.Count; n++ {
			err := h.stream.RecvMsg(&pb.Message{})
			if err == io.EOF {
				break
			}
			if err != nil {
				return h.failed(err)
			}
			h.note(func(entry *pb.ServerEnd) { entry.Received++ })
		}
	case *pb.ServerStep_SendHeaders:
		if h.headersSent {
			return true
		}
		kv, err := pairs(s.SendHeaders.Metadata)
		if err != nil {
			h.complain(err)
			return true
		}
		return h.sendHeaders(metadata.Pairs(kv...))
	case *pb.ServerStep_Send:
		return h.send(s.Send)
	case *pb.ServerStep_AwaitCancelled:
		<-h.ctx.Done()
		h.over()
	case *pb.ServerStep_End:
		return h.endWith(s.End)
	case *pb.ServerStep_Fail:
		if s.Fail.How == "error" {
			return h.end(nil, errors.New(s.Fail.Message))
		}
		h.complain(fmt.Errorf("a Go handler cannot fail by %q", s.Fail.How))
	default:
		h.complain(fmt.Errorf("step %T is not for targets", s))
	}
	return true
}

// failed tells what to make of an error of the stream: false if it says that the call is over.
func (h *handler) failed(err error) bool {
	switch status.Code(err) {
	case codes.Canceled, codes.DeadlineExceeded, codes.Unavailable:
		h.lost = err
	default:
		if h.ctx.Err() == nil {
			h.complain(err)
			return true
		}
	}
	return false
}

func (h *handler) sendHeaders(md metadata.MD) bool {
	h.headersSent = true
	if err := h.stream.SendHeader(md); err != nil {
		return h.failed(err)
	}
	return true
}

func (h *handler) send(send *pb.Send) bool {
	if h.single {
		if h.kept == nil && send.Count > 0 {
			h.kept = message(send.Size)
		}
		return true
	}
	for range send.Count {
		h.headersSent = true
		if err := h.stream.SendMsg(message(send.Size)); err != nil {
			return h.failed(err)
		}
		h.note(func(entry *pb.ServerEnd) { entry.Sent++ })
	}
	return true
}

func (h *handler) endWith(end *pb.End) bool {
	if end.Via != "" {
		h.complain(fmt.Errorf("a Go handler cannot end by %q", end.Via))
	}
	kv, err := pairs(end.Trailers)
	if err != nil {
		h.complain(err)
	}
	trailers := metadata.Pairs(kv...)
	if len(end.Details) > 0 {
		trailers.Append(detailsKey, string(end.Details))
	}
	return h.end(trailers, status.Error(codes.Code(end.Code), end.Message))
}

// end makes ready the trailers, and with OK the headers and the single response, for the return from the handler.
func (h *handler) end(trailers metadata.MD, result error) bool {
	switch {
	case result != nil:
	case h.single:
		if h.kept == nil {
			h.kept = &pb.Message{}
		}
		if err := h.stream.SendMsg(h.kept); err != nil {
			return h.failed(err)
		}
		h.note(func(entry *pb.ServerEnd) { entry.Sent++ })
	case !h.headersSent && !h.sendHeaders(nil):
		return false
	}
	if h.script.JournalInTrailers {
		entry, err := h.p.journal.serialised(h.script.Call, h.entry, func(entry *pb.ServerEnd) {
			switch top := h.frames; {
			case len(top) == 1: // this step
				entry.Reached++
				entry.Done = top[0].next == len(top[0].steps)
			case len(top) == 0: // the end of the list
				entry.Done = true
			}
		})
		if err != nil {
			h.complain(err)
		}
		trailers = metadata.Join(trailers, metadata.Pairs(journalKey, string(entry)))
	}
	h.stream.SetTrailer(trailers)
	h.ended, h.result = true, result
	return true
}

// makeCalls carries out the step `calls`.
func (h *handler) makeCalls(ctx context.Context, calls *pb.Calls) {
	if !calls.Concurrent {
		for _, spec := range calls.Calls {
			h.open(ctx, spec).run(spec.Steps)
		}
		return
	}
	var all sync.WaitGroup
	for _, spec := range calls.Calls {
		call := h.open(ctx, spec)
		all.Go(func() { call.run(spec.Steps) })
	}
	all.Wait()
}

// forwarded is what a naive proxy copies of the metadata that the handler received.
func (h *handler) forwarded() (kv []string) {
	received, _ := metadata.FromIncomingContext(h.ctx)
	for _, key := range slices.Sorted(maps.Keys(received)) {
		switch {
		case key == scriptKey, key == "te", key == "content-type", key == "user-agent",
			strings.HasPrefix(key, "grpc-"), strings.HasPrefix(key, ":"):
			continue
		}
		for _, value := range received[key] {
			kv = append(kv, key, value)
		}
	}
	return kv
}

func withBaggage(ctx context.Context, key, value string) (context.Context, error) {
	member, err := baggage.NewMemberRaw(key, value)
	if err != nil {
		return nil, err
	}
	bag, err := baggage.FromContext(ctx).SetMember(member)
	if err != nil {
		return nil, err
	}
	return baggage.ContextWithBaggage(ctx, bag), nil
}

func annotate(span trace.Span, a *pb.Annotate) {
	for _, attr := range a.Attributes {
		span.SetAttributes(attribute.String(attr.Key, attr.Value))
	}
	for _, event := range a.Events {
		span.AddEvent(event)
	}
	if a.Ok {
		span.SetStatus(otelcodes.Ok, "")
	}
}

func message(size uint32) *pb.Message {
	return &pb.Message{Body: make([]byte, size)}
}
