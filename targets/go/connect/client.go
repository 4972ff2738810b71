package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"

	"conformance.example/go/kit"
	pb "conformance.example/go/kit/conformancepb"
	"connectrpc.com/connect"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// clients are made once for each address, so that each has connections of its own.
type clients struct {
	mu   sync.Mutex
	made map[string]*http.Client
}

func (c *clients) of(host string) *http.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made = map[string]*http.Client{}
	}
	if c.made[host] == nil {
		c.made[host] = &http.Client{Transport: watch{&http.Transport{
			Protocols:              cleartext(),
			MaxResponseHeaderBytes: maxHeaders,
		}}}
	}
	return c.made[host]
}

// Dial makes a client as generated code would, and begins a call.
func (c *connectGo) Dial(ctx context.Context, call kit.Call) (_ kit.ClientStream, sent bool, _ error) {
	host := strings.TrimPrefix(call.To, "dns:///")
	if strings.Contains(host, "/") {
		return nil, false, status.Errorf(codes.Internal, "%q cannot be called by Connect: it has no URL", call.To)
	}
	options := []connect.ClientOption{connect.WithGRPC(), c.interceptors}
	if call.Gzip {
		options = append(options, connect.WithSendGzip())
	}
	client := connect.NewClient[pb.Message, pb.Message](c.clients.of(host), "http://"+host+call.Method, options...)
	outgoing, _ := metadata.FromOutgoingContext(ctx)
	stream := &clientStream{shape: call.Shape, sent: kit.NewMilestone(), headers: kit.NewMilestone(), opened: make(chan struct{})}
	ctx = context.WithValue(ctx, watch{}, stream)
	switch {
	case call.Sends && call.Receives:
		bidi := client.CallBidiStream(ctx)
		add(bidi.RequestHeader(), outgoing)
		return stream, false, stream.begin(bidi.Conn())
	case call.Sends:
		requests := client.CallClientStream(ctx)
		add(requests.RequestHeader(), outgoing)
		return stream, false, stream.begin(requests.Conn())
	}
	// The API for a single request says nothing before the response's headers, so that it runs in a goroutine.
	request := connect.NewRequest(call.Request)
	add(request.Header(), outgoing)
	go func() {
		defer close(stream.opened)
		if !call.Receives {
			_, stream.err = client.CallUnary(ctx, request)
			return
		}
		var responses *connect.ServerStreamForClient[pb.Message]
		if responses, stream.err = client.CallServerStream(ctx, request); stream.err == nil {
			stream.conn, stream.err = responses.Conn()
		}
	}()
	select {
	case <-stream.sent.Reached:
	case <-stream.opened:
	}
	select {
	case <-stream.sent.Reached:
		return stream, true, nil
	default:
		return stream, false, nil
	}
}

// clientStream is the client's end of a call.
type clientStream struct {
	shape         kit.Shape
	sent, headers kit.Milestone
	response      *http.Response // readable after `headers`
	opened        chan struct{}

	// Readable after `opened`:
	conn  connect.StreamingClientConn // nil for a unary call
	err   error
	given kit.Single // the single response
}

// begin sends the headers, which Connect does with the first message or by itself if that is nil.
func (c *clientStream) begin(conn connect.StreamingClientConn, err error) error {
	close(c.opened)
	if err != nil {
		return asStatus(err)
	}
	c.conn = conn
	if err := conn.Send(nil); err != nil && !errors.Is(err, io.EOF) {
		return c.ended(err)
	}
	return nil
}

func (c *clientStream) SendMsg(message any) error { return asStatus(c.conn.Send(message)) }
func (c *clientStream) CloseSend() error          { return asStatus(c.conn.CloseRequest()) }

func (c *clientStream) Header() (metadata.MD, error) {
	if c.shape.Sends {
		// Headers, or an error that has none.
		c.conn.ResponseHeader()
	} else {
		select {
		case <-c.headers.Reached:
		case <-c.opened:
		}
	}
	select {
	case <-c.headers.Reached:
		if _, only := c.response.Header["Grpc-Status"]; !only { // trailers only
			return read(c.response.Header), nil
		}
	default:
	}
	return nil, nil
}

func (c *clientStream) RecvMsg(message any) error {
	<-c.opened
	switch {
	case c.err != nil:
		return c.ended(c.err)
	case c.conn == nil:
		return c.given.Next()
	}
	err := c.conn.Receive(message)
	if err == nil && !c.shape.Receives {
		// As CloseAndReceive does: after the response, nothing but the status may come.
		switch err := c.conn.Receive(&pb.Message{}); {
		case err == nil:
			return c.ended(connect.NewError(connect.CodeUnimplemented, errors.New("a second response")))
		case !errors.Is(err, io.EOF):
			return c.ended(err)
		}
		return c.conn.CloseResponse()
	}
	if err != nil {
		return c.ended(err)
	}
	return nil
}

// ended lets go of a stream that has ended, as a user's deferred Close.
func (c *clientStream) ended(err error) error {
	if c.conn != nil {
		c.conn.CloseResponse()
	}
	return asStatus(err)
}

func (c *clientStream) Trailer() metadata.MD {
	select {
	case <-c.headers.Reached:
		return read(c.response.Trailer)
	default:
		return nil
	}
}

// watch tells calls how far they came, and is the key by which they are found in the context. It is there with and without
// instrumentation.
type watch struct{ next http.RoundTripper }

func (w watch) RoundTrip(request *http.Request) (*http.Response, error) {
	stream := request.Context().Value(watch{}).(*clientStream)
	ctx := httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				stream.sent.Reach(func() {})
			}
		},
	})
	response, err := w.next.RoundTrip(request.WithContext(ctx))
	if err == nil {
		stream.headers.Reach(func() { stream.response = response })
	}
	return response, err
}
