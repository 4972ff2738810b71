package kit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	pb "conformance.example/go/kit/conformancepb"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// call works through the client's list of one call.
type call struct {
	h        *handler
	spec     *pb.Call
	ctx      context.Context // in which it is made
	metadata []string
	entry    *pb.ClientEnd
	next     uint32 // the index of the next step, counted on through `on`
	Shape

	stream ClientStream // nil until the call begins, and if it cannot
	cancel context.CancelFunc

	begun, closed     bool // closed: half-closed
	finished, letGo   bool // it has a status; it did `cancel`, `drop` or `walk_away`
	completed, headed bool // on_completion was carried out; headers are in the journal
	completions       []*call
}

var shapes = map[pb.Shape]Shape{
	pb.Shape_UNARY:         {},
	pb.Shape_SERVER_STREAM: {Receives: true},
	pb.Shape_CLIENT_STREAM: {Sends: true},
	pb.Shape_BIDI:          {Sends: true, Receives: true},
}

var methods = map[pb.Shape]string{
	pb.Shape_UNARY:         pb.Conformance_Unary_FullMethodName,
	pb.Shape_SERVER_STREAM: pb.Conformance_ServerStream_FullMethodName,
	pb.Shape_CLIENT_STREAM: pb.Conformance_ClientStream_FullMethodName,
	pb.Shape_BIDI:          pb.Conformance_Bidi_FullMethodName,
}

// open makes ready a call, so that calls which are made at once have their metadata in their order.
func (h *handler) open(current context.Context, spec *pb.Call) *call {
	c := &call{h: h, spec: spec, ctx: current, Shape: shapes[spec.Shape], entry: &pb.ClientEnd{}, cancel: func() {}}
	var problems []error
	switch spec.Context {
	case pb.CallContext_NONE:
		c.ctx = context.Background()
	case pb.CallContext_SAVED:
		saved, ok := h.p.saved.Load(spec.Saved)
		if !ok {
			problems = append(problems, fmt.Errorf("no context was saved as %q", spec.Saved))
			break
		}
		c.ctx = context.WithoutCancel(saved.(context.Context))
	default:
		// Usual Go: what a handler calls ends with it. But work after the call has to detach itself to be done at all.
		if h.ctx.Err() != nil {
			c.ctx = context.WithoutCancel(current)
		}
	}
	if spec.Style != "" {
		problems = append(problems, fmt.Errorf("there is no client style %q", spec.Style))
	}
	own, err := pairs(spec.Metadata)
	if err != nil {
		problems = append(problems, err)
	}

	h.mu.Lock()
	switch spec.Forwarding {
	case pb.Forwarding_FORWARD:
		c.metadata = append(h.forwarded(), own...)
	case pb.Forwarding_REUSE:
		// In Go, metadata is handed to a call by value: what is reused is what the previous call was given, never
		// what became of it.
		c.metadata = append(h.metadata[:len(h.metadata):len(h.metadata)], own...)
	default:
		c.metadata = own
	}
	h.metadata = c.metadata
	h.calls[spec.Id] = c
	h.mu.Unlock()

	c.entry.Context = writtenSpan(c.ctx)
	if err := errors.Join(problems...); err != nil {
		complain(&c.entry.Error, err)
		c.begun, c.letGo = true, true
	}
	h.p.journal.depart(spec.Id, c.entry)
	return c
}

// run carries out steps: those of the call's own list, then those of each `on`.
func (c *call) run(steps []*pb.ClientStep) {
	c.note(func(entry *pb.ClientEnd) { entry.Done = false })
	if !c.begun {
		size := uint32(0)
		if len(steps) > 0 {
			size = steps[0].GetSend().GetSize()
		}
		c.begin(size)
		c.complete()
	}
	for _, step := range steps {
		c.step(step)
		c.next++
		c.complete()
	}
	c.note(func(entry *pb.ClientEnd) { entry.Done = c.settled() })
}

// settled tells whether nothing is left to happen at this end.
func (c *call) settled() bool {
	return c.over() && !slices.ContainsFunc(c.completions, func(after *call) bool { return !after.settled() })
}

// over tells whether the call is over to the client.
func (c *call) over() bool { return c.finished || c.letGo }

func (c *call) note(write func(*pb.ClientEnd)) {
	c.h.p.journal.note(func() { write(c.entry) })
}

func (c *call) complain(err error) {
	c.note(func(entry *pb.ClientEnd) { complain(&entry.Error, err) })
}

// begin makes the call; with a single request, `size` is that of its message.
func (c *call) begin(size uint32) {
	c.begun = true
	script, err := proto.Marshal(&pb.Script{Call: c.spec.Id, Steps: c.spec.Server, JournalInTrailers: c.spec.JournalInTrailers})
	if err != nil {
		c.complain(err)
		c.letGo = true
		return
	}
	ctx := metadata.AppendToOutgoingContext(c.ctx, append(c.metadata[:len(c.metadata):len(c.metadata)], scriptKey, string(script))...)
	if c.spec.DeadlineMs > 0 {
		ctx, c.cancel = context.WithTimeout(ctx, time.Duration(c.spec.DeadlineMs)*time.Millisecond)
	} else {
		ctx, c.cancel = context.WithCancel(ctx)
	}
	method := "/" + c.spec.Method
	if c.spec.Method == "" {
		method = methods[c.spec.Shape]
	}
	stream, sent, err := c.h.p.transport.Dial(ctx, Call{
		To: c.spec.To, Method: method, Shape: c.Shape, Request: message(size),
		Gzip: c.spec.Compression == pb.Compression_GZIP, MaxAttempts: max(1, c.spec.MaxAttempts),
	})
	if sent {
		c.note(func(entry *pb.ClientEnd) { entry.Sent++ })
	}
	if err != nil {
		c.finish(err)
		return
	}
	c.stream = stream
}

// step carries out one step.
func (c *call) step(step *pb.ClientStep) {
	switch s := step.Step.(type) {
	case *pb.ClientStep_Pause:
		time.Sleep(time.Duration(s.Pause.Ms) * time.Millisecond)
	case *pb.ClientStep_Await:
		if err := c.h.p.signals.await(s.Await.Signal, signalLimit); err != nil {
			c.complain(err)
		}
	case *pb.ClientStep_Raise:
		c.h.p.signals.of(s.Raise.Signal).raise()
	default: // the steps that concern the call
		if c.over() || !c.onCall(step) {
			c.note(func(entry *pb.ClientEnd) {
				if entry.OverAt == nil {
					entry.OverAt = proto.Uint32(c.next)
				}
			})
			return
		}
	}
	c.note(func(entry *pb.ClientEnd) { entry.Reached++ })
}

// onCall carries out a step that concerns the call; false if the call became over meanwhile.
func (c *call) onCall(step *pb.ClientStep) bool {
	switch s := step.Step.(type) {
	case *pb.ClientStep_Send:
		return c.send(s.Send)
	case *pb.ClientStep_HalfClose:
		if c.Sends && !c.closed {
			c.closed = true
			if err := c.stream.CloseSend(); err != nil {
				c.complain(err)
			}
		}
	case *pb.ClientStep_Receive:
		for n := uint32(0); (s.Receive.Count == 0 || n < s.Receive.Count) && c.receive(); n++ {
			c.note(func(entry *pb.ClientEnd) { entry.Received++ })
		}
	case *pb.ClientStep_AwaitHeaders:
		if !c.header() {
			for c.receive() { // there are none, so the status comes next
			}
		}
	case *pb.ClientStep_AwaitEnd:
		for !c.finished && c.receive() {
			c.note(func(entry *pb.ClientEnd) { entry.Received++ })
		}
	case *pb.ClientStep_Cancel:
		c.cancel()
		for !c.finished && c.receive() { // the API now gives the status
		}
		c.letGo = true
	case *pb.ClientStep_Drop, *pb.ClientStep_WalkAway:
		c.letGo = true
	default:
		c.complain(fmt.Errorf("step %T is unknown", s))
	}
	return true
}

func (c *call) send(send *pb.Send) bool {
	if !c.Sends || c.closed {
		return true
	}
	for range send.Count {
		switch err := c.stream.SendMsg(message(send.Size)); {
		case err == io.EOF: // over; the status is learned by receiving, as gRPC's documentation says
			return false
		case err != nil:
			c.finish(err)
			return false
		}
		c.note(func(entry *pb.ClientEnd) { entry.Sent++ })
	}
	return true
}

// receive waits for a message; false if there is none, and the status is known.
func (c *call) receive() bool {
	if c.finished {
		return false
	}
	if err := c.stream.RecvMsg(&pb.Message{}); err != nil {
		c.finish(err)
		return false
	}
	if !c.Receives { // gRPC gives a single response when it has the status OK
		c.finish(io.EOF)
	}
	return true
}

// header waits for the response headers; false if there are none.
func (c *call) header() bool {
	md, _ := c.stream.Header()
	if md == nil {
		return false
	}
	if !c.headed {
		c.headed = true
		c.note(func(entry *pb.ClientEnd) { entry.Headers = written(md, nothing) })
	}
	return true
}

// finish writes down the status.
func (c *call) finish(err error) {
	if err == io.EOF {
		err = nil
	}
	c.finished = true
	given := status.Convert(err)
	var trailers metadata.MD
	if c.stream != nil {
		c.header()
		trailers = c.stream.Trailer()
	}
	c.note(func(entry *pb.ClientEnd) {
		entry.Code = proto.Uint32(uint32(given.Code()))
		entry.Message = text(given.Message())
		entry.Trailers = written(trailers, nothing)
	})
	c.cancel() // as the `defer cancel()` of a user
}

// complete makes the calls of on_completion once the status is known.
func (c *call) complete() {
	if !c.finished || c.completed {
		return
	}
	c.completed = true
	for _, spec := range c.spec.OnCompletion {
		after := c.h.open(c.ctx, spec)
		c.completions = append(c.completions, after)
		after.run(spec.Steps)
	}
}
