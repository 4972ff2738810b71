package kit

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	pb "conformance.example/go/kit/conformancepb"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// journal is what this process wrote down for each call id. Entries are written by [journal.note] only.
type journal struct {
	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at every change
	calls    map[string]*pb.Journal
	arrivals map[string]uint32 // kept when entries are forgotten: a retried call may arrive later
	handlers int               // server ends that are not done
}

func newJournal() *journal {
	return &journal{
		changed:  make(chan struct{}),
		calls:    map[string]*pb.Journal{},
		arrivals: map[string]uint32{},
	}
}

// note writes to entries, and lets those look again who wait for one to be done.
func (j *journal) note(write func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	write()
	close(j.changed)
	j.changed = make(chan struct{})
}

func (j *journal) entry(call string) *pb.Journal {
	entry := j.calls[call]
	if entry == nil {
		entry = &pb.Journal{Call: call}
		j.calls[call] = entry
	}
	return entry
}

// arrive opens the entry of a server's end and tells how often the call has arrived here by now.
func (j *journal) arrive(call string, end *pb.ServerEnd) (number uint32) {
	j.note(func() {
		entry := j.entry(call)
		entry.Server = append(entry.Server, end)
		j.arrivals[call]++
		number = j.arrivals[call]
		j.handlers++
	})
	return number
}

// leave closes the entry of a server's end.
func (j *journal) leave(end *pb.ServerEnd) {
	j.note(func() {
		end.Done = true
		j.handlers--
	})
}

// depart opens the entry of a client's end.
func (j *journal) depart(call string, end *pb.ClientEnd) {
	j.note(func() { j.entry(call).Client = end })
}

// serialised is the entry of a call as it would be were these changes made to it.
func (j *journal) serialised(call string, end *pb.ServerEnd, change func(*pb.ServerEnd)) ([]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	entry := &pb.Journal{Call: call, Client: j.entry(call).Client}
	for _, other := range j.entry(call).Server {
		if other == end {
			other = proto.CloneOf(end)
			change(other)
		}
		entry.Server = append(entry.Server, other)
	}
	return proto.Marshal(entry)
}

// read waits until those of the calls that have begun are done, or until the context is, and forgets those that are done.
func (j *journal) read(ctx context.Context, calls []string) []*pb.Journal {
	j.wait(ctx, func() bool {
		return !slices.ContainsFunc(calls, func(call string) bool { return !done(j.calls[call]) })
	})
	j.mu.Lock()
	defer j.mu.Unlock()
	var entries []*pb.Journal
	for _, call := range calls {
		if entry := j.calls[call]; entry != nil {
			entries = append(entries, proto.CloneOf(entry))
			if done(entry) {
				delete(j.calls, call)
			}
		}
	}
	return entries
}

// idle waits until no handler is at work.
func (j *journal) idle(ctx context.Context) {
	j.wait(ctx, func() bool { return j.handlers == 0 })
}

func (j *journal) wait(ctx context.Context, until func() bool) {
	for {
		j.mu.Lock()
		holds, changed := until(), j.changed
		j.mu.Unlock()
		if holds {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

func done(entry *pb.Journal) bool {
	return (entry.GetClient() == nil || entry.GetClient().Done) &&
		!slices.ContainsFunc(entry.GetServer(), func(end *pb.ServerEnd) bool { return !end.Done })
}

// signals are raised once and stay raised.
type signals struct {
	mu    sync.Mutex
	known map[string]*signal
}

type signal struct {
	raise  func()
	raised chan struct{}
}

func (s *signals) of(name string) *signal {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string]*signal{}
	}
	known := s.known[name]
	if known == nil {
		raised := make(chan struct{})
		known = &signal{raised: raised, raise: sync.OnceFunc(func() { close(raised) })}
		s.known[name] = known
	}
	return known
}

// await waits until a signal is raised.
func (s *signals) await(name string, limit time.Duration) error {
	raised := s.of(name).raised
	select {
	case <-raised:
		return nil
	default:
	}
	select {
	case <-raised:
		return nil
	case <-time.After(limit):
		return fmt.Errorf("signal %q was not raised within %v", name, limit)
	}
}

// binary ends the keys of binary metadata. gRPC for Go encodes and decodes their values by itself, so that programs see
// the bytes.
const binary = "-bin"

// pairs turns metadata of the contract into keys and values in turn.
func pairs(list []*pb.Metadata) (kv []string, err error) {
	for _, entry := range list {
		value := entry.Value
		if strings.HasSuffix(strings.ToLower(entry.Key), binary) {
			raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
			if err != nil {
				return nil, err
			}
			value = string(raw)
		}
		kv = append(kv, entry.Key, value)
	}
	return kv, nil
}

// written turns metadata of gRPC into that of the contract. A map has no order, so keys are sorted.
func written(md metadata.MD, leaveOut func(key string) bool) (list []*pb.Metadata) {
	for key, values := range md {
		if leaveOut(key) {
			continue
		}
		for _, value := range values {
			if strings.HasSuffix(key, binary) {
				value = base64.RawStdEncoding.EncodeToString([]byte(value))
			}
			list = append(list, &pb.Metadata{Key: text(key), Value: text(value)})
		}
	}
	slices.SortStableFunc(list, func(a, b *pb.Metadata) int { return strings.Compare(a.Key, b.Key) })
	return list
}

func nothing(string) bool { return false }

func writtenBaggage(bag baggage.Baggage) (list []*pb.Metadata) {
	for _, member := range bag.Members() {
		list = append(list, &pb.Metadata{Key: text(member.Key()), Value: text(member.Value())})
	}
	slices.SortFunc(list, func(a, b *pb.Metadata) int { return strings.Compare(a.Key, b.Key) })
	return list
}

func writtenSpan(ctx context.Context) *pb.SpanContext {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		return nil
	}
	return &pb.SpanContext{
		TraceId:    span.TraceID().String(),
		SpanId:     span.SpanID().String(),
		Flags:      uint32(span.TraceFlags()),
		TraceState: span.TraceState().String(),
		Remote:     span.IsRemote(),
	}
}

// text is what a field of the journal can hold: the wire may carry any bytes.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// complain adds to an entry's error.
func complain(field *string, err error) {
	if *field != "" {
		*field += "; "
	}
	*field += text(err.Error())
}
