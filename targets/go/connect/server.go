package main

import (
	"context"
	"errors"
	"net"
	"net/http"

	"conformance.example/go/kit"
	pb "conformance.example/go/kit/conformancepb"
	"connectrpc.com/connect"
	"google.golang.org/grpc/metadata"
)

const maxHeaders = 1 << 20

// connectGo is Connect for Go over HTTP/2 without TLS.
type connectGo struct {
	server       *http.Server
	interceptors connect.Option
	clients      clients
}

func newConnectGo(serve kit.Serve, interceptors []connect.Interceptor) *connectGo {
	c := &connectGo{interceptors: connect.WithInterceptors(interceptors...)}
	c.server = &http.Server{
		Handler:        withWriter(service(serve, c.interceptors)),
		Protocols:      cleartext(),
		MaxHeaderBytes: maxHeaders,
		HTTP2:          &http.HTTP2Config{MaxConcurrentStreams: 10_000},
	}
	return c
}

// cleartext is HTTP/2 without TLS, by prior knowledge.
func cleartext() *http.Protocols {
	protocols := &http.Protocols{}
	protocols.SetUnencryptedHTTP2(true)
	return protocols
}

// Networks are those that a URL can name.
func (c *connectGo) Networks() []string { return []string{"tcp"} }

func (c *connectGo) Serve(listener net.Listener) error {
	if err := c.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (c *connectGo) Stop(ctx context.Context) {
	if c.server.Shutdown(ctx) != nil {
		c.server.Close()
	}
}

// service is what generated code would make of the contract.
func service(serve kit.Serve, options connect.HandlerOption) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(pb.Conformance_Unary_FullMethodName, connect.NewUnaryHandler(pb.Conformance_Unary_FullMethodName,
		func(ctx context.Context, request *connect.Request[pb.Message]) (*connect.Response[pb.Message], error) {
			return single(serve, newServerStream(ctx, request.Header(), nil), kit.Shape{})
		}, options))
	mux.Handle(pb.Conformance_ServerStream_FullMethodName, connect.NewServerStreamHandler(pb.Conformance_ServerStream_FullMethodName,
		func(ctx context.Context, request *connect.Request[pb.Message], stream *connect.ServerStream[pb.Message]) error {
			return many(serve, newServerStream(ctx, request.Header(), stream.Conn()), kit.Shape{Receives: true})
		}, options))
	mux.Handle(pb.Conformance_ClientStream_FullMethodName, connect.NewClientStreamHandler(pb.Conformance_ClientStream_FullMethodName,
		func(ctx context.Context, stream *connect.ClientStream[pb.Message]) (*connect.Response[pb.Message], error) {
			return single(serve, newServerStream(ctx, stream.RequestHeader(), stream.Conn()), kit.Shape{Sends: true})
		}, options))
	mux.Handle(pb.Conformance_Bidi_FullMethodName, connect.NewBidiStreamHandler(pb.Conformance_Bidi_FullMethodName,
		func(ctx context.Context, stream *connect.BidiStream[pb.Message, pb.Message]) error {
			return many(serve, newServerStream(ctx, stream.RequestHeader(), stream.Conn()), kit.Shape{Sends: true, Receives: true})
		}, options))
	mux.Handle(pb.Conformance_Unimplemented_FullMethodName, connect.NewUnaryHandler(pb.Conformance_Unimplemented_FullMethodName,
		func(context.Context, *connect.Request[pb.Message]) (*connect.Response[pb.Message], error) {
			return nil, connect.NewError(connect.CodeUnimplemented, errors.New("conformance.v1.Conformance.Unimplemented is not implemented"))
		}, options))
	return mux
}

// single answers a method that has a single response.
func single(serve kit.Serve, stream *serverStream, shape kit.Shape) (*connect.Response[pb.Message], error) {
	stream.shape = shape
	if err := serve(stream, shape); err != nil {
		return nil, stream.failed(err)
	}
	response := connect.NewResponse(stream.response)
	add(response.Trailer(), stream.trailer)
	return response, nil
}

// many answers a method that has a stream of responses.
func many(serve kit.Serve, stream *serverStream, shape kit.Shape) error {
	stream.shape = shape
	if err := serve(stream, shape); err != nil {
		return stream.failed(err)
	}
	add(stream.conn.ResponseTrailer(), stream.trailer)
	return nil
}

// serverStream is the server's end of a call.
type serverStream struct {
	ctx      context.Context
	conn     connect.StreamingHandlerConn // nil for a unary call
	shape    kit.Shape
	received kit.Single // of a single request
	response *pb.Message
	trailer  metadata.MD
}

func newServerStream(ctx context.Context, header http.Header, conn connect.StreamingHandlerConn) *serverStream {
	return &serverStream{ctx: metadata.NewIncomingContext(ctx, read(header)), conn: conn}
}

func (s *serverStream) Context() context.Context       { return s.ctx }
func (s *serverStream) SetTrailer(trailer metadata.MD) { s.trailer = trailer }

func (s *serverStream) RecvMsg(message any) error {
	if !s.shape.Sends {
		return s.received.Next()
	}
	return asStatus(s.conn.Receive(message))
}

func (s *serverStream) SendMsg(message any) error {
	if !s.shape.Receives {
		s.response = message.(*pb.Message)
		return nil
	}
	return asStatus(s.conn.Send(message))
}

// SendHeader writes to the HTTP response, as a middleware may: Connect itself sends headers with the first message, and those of a
// unary call with its response.
func (s *serverStream) SendHeader(header metadata.MD) error {
	writer := s.ctx.Value(writerKey{}).(http.ResponseWriter)
	add(writer.Header(), header)
	return asStatus(http.NewResponseController(writer).Flush())
}

// failed is how a handler for Connect returns an error: with its code, its details and the trailers.
func (s *serverStream) failed(err error) error {
	failure, ok := asConnect(err)
	if ok {
		if err := withDetails(failure, s.trailer); err != nil {
			return err
		}
		add(failure.Meta(), s.trailer)
		return failure
	}
	if s.conn != nil {
		add(s.conn.ResponseTrailer(), s.trailer)
	}
	return err
}

// writerKey is where a call's context has its HTTP response.
type writerKey struct{}

func withWriter(next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		next.ServeHTTP(writer, request.WithContext(context.WithValue(request.Context(), writerKey{}, writer)))
	})
}
