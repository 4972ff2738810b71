package kit

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
)

// control answers the harness: one JSON object a line each way.
type control struct {
	p       *process
	pending sync.WaitGroup

	mu     sync.Mutex
	output *json.Encoder
	err    error
}

// request has one of the fields beside the id.
type request struct {
	ID      uint64 `json:"id"`
	Journal *struct {
		Calls  []string `json:"calls"`
		WaitMs uint64   `json:"wait_ms"`
	} `json:"journal"`
	Await *struct {
		Signal string `json:"signal"`
		WaitMs uint64 `json:"wait_ms"`
	} `json:"await"`
	Raise *struct {
		Signal string `json:"signal"`
	} `json:"raise"`
	Flush  *struct{} `json:"flush"`
	Ledger *struct{} `json:"ledger"`
}

// read answers requests, each in its own time, until the input ends.
func (c *control) read(ctx context.Context, input io.Reader) {
	lines := bufio.NewReader(input)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 1 {
			c.pending.Go(func() { c.answer(ctx, line) })
		}
		if err != nil {
			return
		}
	}
}

func (c *control) answer(ctx context.Context, line []byte) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		c.reply(map[string]any{"id": r.ID, "error": err.Error()})
		return
	}
	name, result, err := c.carryOut(ctx, &r)
	if err != nil {
		name, result = "error", err.Error()
	}
	c.reply(map[string]any{"id": r.ID, name: result})
}

func (c *control) carryOut(ctx context.Context, r *request) (name string, result any, _ error) {
	none := struct{}{}
	switch {
	case r.Journal != nil:
		ctx, cancel := context.WithTimeout(ctx, milliseconds(r.Journal.WaitMs))
		defer cancel()
		entries := []json.RawMessage{}
		for _, entry := range c.p.journal.read(ctx, r.Journal.Calls) {
			form, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(entry)
			if err != nil {
				return "", nil, err
			}
			entries = append(entries, form)
		}
		return "journal", entries, nil
	case r.Await != nil:
		return "await", none, c.p.signals.await(r.Await.Signal, milliseconds(r.Await.WaitMs))
	case r.Raise != nil:
		c.p.signals.of(r.Raise.Signal).raise()
		return "raise", none, nil
	case r.Flush != nil:
		ctx, cancel := context.WithTimeout(ctx, drainLimit)
		defer cancel()
		return "flush", none, c.p.telemetry.flush(ctx)
	case r.Ledger != nil:
		return "ledger", c.p.telemetry.ledger.read(), nil
	}
	return "", nil, errors.New("the request asks nothing that is known here")
}

func (c *control) reply(line any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = errors.Join(c.err, c.output.Encode(line))
}

func milliseconds(n uint64) time.Duration { return time.Duration(n) * time.Millisecond }
