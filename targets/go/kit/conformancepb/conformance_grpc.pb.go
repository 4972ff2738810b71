// The contract between the harness and its targets.
//
// A *target* is a gRPC program under test. It serves `Conformance`, it makes the calls that it is told to make,
// and it is instrumented with OpenTelemetry as its instrumentation's documentation tells a user to. This file is
// all that someone needs who writes a target in a language that has none yet.
//
// # A call is two lists of steps
//
// Every call carries, in the binary metadata `conformance-script-bin`, a serialised `Script`: the id of the call
// and the steps of its *server*. The caller works through the steps of the *client* (`Call.steps`). A handler
// therefore knows its script before the first message, and a scenario never needs code in a target. A call without
// that metadata is answered with one empty message and OK.
//
// Any two lists are a legal script. Four rules leave nothing to guess:
//
// 1. *Steps run in order, each to its end, before the next one begins.* A call begins when its first step does, or
//    at the end of an empty list.
// 2. *A step that finds its call over does nothing.* To the server a call is over once `end` or `fail` was carried
//    out, or once it was told that the call is cancelled, past its deadline, or that the connection is lost. To the
//    client it is over once it has a status, or has done `cancel`, `drop` or `walk_away`. The first step that finds
//    the call over, or that is cut short because the call becomes over while it waits, is journaled in `over_at`.
//    Steps that do not concern the call (`pause`, `await`, `raise`, `span`, `baggage`, `annotate`, `save_context`,
//    `calls`, `on`, `on_attempt`) are carried out all the same, also after the call is over. (Where a language stops a
//    handler when its call is cancelled, the rest of the list moves to a task of its own.) A step that waits for the end
//    of the call, and sees it, was carried out. `send` and `half_close` after `half_close` do nothing and count as done.
//    Indices are those of the list itself: a step inside `span` or `on_attempt` counts as the step it stands in; the
//    client steps of an `on` go on counting where the call's own list ended.
// 3. *The end of a list.* A server's list that ends with the call still open ends it with OK. A client's list that
//    ends with the call still open leaves it open: `on` may go on with it, and the target lets go of it, as `drop`
//    does, when the handler that opened it has finished its own list (calls opened first are dropped first).
// 4. *Nothing else happens.* No retry, no wait-for-ready, no keepalive, no message that no step asks for, except what
//    this file says. Channels are made once for each address and kept.
//
// *Single messages.* A method with a single request sends it, and half-closes, when the call begins: the size is that
// of a `send` if that is the list's first step, else 0. Every other `send` and every `half_close` on such a method
// does nothing. A method with a single response keeps the first `send` until the call ends, and sends it with OK only:
// an end with any other status sends no message. An end with OK before any `send` sends an empty message.
//
// # The process
//
// The harness starts the command in target.toml, with the standard environment of OpenTelemetry (`OTEL_*`:
// endpoint, protocol, service name, propagators, sampler, `OTEL_SEMCONV_STABILITY_OPT_IN`, a short batch delay). The
// target listens on 127.0.0.1, port 0, and where it can on [::1] and on a unix socket, raises the limit on incoming
// metadata to at least 64 KiB and on messages to 16 MiB, and prints, as the first line of its standard output:
//
//     {"protocol":1,"addresses":["127.0.0.1:34567","[::1]:34568","unix:/tmp/x.sock"]}
//
// (IPv4 first; the others are optional.) After that, control: one JSON object a line, requests on standard input, replies on
// standard output with the request's `id`, in any order; nothing else is ever printed there (logs go to standard error).
//
//     {"id":1,"journal":{"calls":["c1","c2"],"wait_ms":5000}}  ->  {"id":1,"journal":[Journal,...]}
//     {"id":2,"await":{"signal":"s","wait_ms":5000}}           ->  {"id":2,"await":{}}      once it was raised
//     {"id":3,"raise":{"signal":"s"}}                          ->  {"id":3,"raise":{}}
//     {"id":4,"flush":{}}                                      ->  {"id":4,"flush":{}}      once every ended span was exported
//     {"id":5,"ledger":{}}                                     ->  {"id":5,"ledger":{"started":9,"ended":8,"open":[{"trace_id":"…","span_id":"…","name":"…"}]}}
//     anything that fails                                      ->  {"id":6,"error":"what went wrong"}
//
// `journal` waits until each named call that has begun here is done at this end (both lists finished, every call in it
// too) or `wait_ms` has passed, replies with what it has, and forgets the entries that are done. A call never seen here gives no entry. The JSON form
// of `Journal` uses the field names of this file; a field that is absent has its default value; numbers are JSON numbers.
// `flush` and `ledger` are capabilities that target.toml declares; `ledger` counts sampled spans only.
// Where target.toml declares `captures`, the instrumentation is told, as its documentation says, to record the metadata
// `x-asked-for` and `x-asked-too`: of requests, of responses, or of both; at both ends. Nothing else is ever recorded.
// End of input: finish the calls under way, flush, shut down, exit 0.
//
// Where an attached target has no control, `Script.journal_in_trailers` asks for the entry in the binary trailer
// `conformance-journal-bin`.

// Code generated by protoc-gen-go-grpc. DO NOT EDIT.
// versions:
// - protoc-gen-go-grpc v1.6.1
// - protoc             (unknown)
// source: conformance.proto

package conformancepb

import (
	context "context"
	grpc "google.golang.org/grpc"
	codes "google.golang.org/grpc/codes"
	status "google.golang.org/grpc/status"
)

// This is a compile-time assertion to ensure that this generated file
// is compatible with the grpc package it is being compiled against.
// Requires gRPC-Go v1.64.0 or later.
const _ = grpc.SupportPackageIsVersion9

const (
	Conformance_Unary_FullMethodName         = "/conformance.v1.Conformance/Unary"
	Conformance_ServerStream_FullMethodName  = "/conformance.v1.Conformance/ServerStream"
	Conformance_ClientStream_FullMethodName  = "/conformance.v1.Conformance/ClientStream"
	Conformance_Bidi_FullMethodName          = "/conformance.v1.Conformance/Bidi"
	Conformance_Unimplemented_FullMethodName = "/conformance.v1.Conformance/Unimplemented"
)

// ConformanceClient is the client API for Conformance service.
//
// For semantics around ctx use and closing/ending streaming RPCs, please refer to https://pkg.go.dev/google.golang.org/grpc/?tab=doc#ClientConn.NewStream.
//
// What a target serves.
type ConformanceClient interface {
	Unary(ctx context.Context, in *Message, opts ...grpc.CallOption) (*Message, error)
	ServerStream(ctx context.Context, in *Message, opts ...grpc.CallOption) (grpc.ServerStreamingClient[Message], error)
	ClientStream(ctx context.Context, opts ...grpc.CallOption) (grpc.ClientStreamingClient[Message, Message], error)
	Bidi(ctx context.Context, opts ...grpc.CallOption) (grpc.BidiStreamingClient[Message, Message], error)
	// Declared, and implemented by no target: whatever the language's generated base does.
	Unimplemented(ctx context.Context, in *Message, opts ...grpc.CallOption) (*Message, error)
}

type conformanceClient struct {
	cc grpc.ClientConnInterface
}

func NewConformanceClient(cc grpc.ClientConnInterface) ConformanceClient {
	return &conformanceClient{cc}
}

func (c *conformanceClient) Unary(ctx context.Context, in *Message, opts ...grpc.CallOption) (*Message, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(Message)
	err := c.cc.Invoke(ctx, Conformance_Unary_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *conformanceClient) ServerStream(ctx context.Context, in *Message, opts ...grpc.CallOption) (grpc.ServerStreamingClient[Message], error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	stream, err := c.cc.NewStream(ctx, &Conformance_ServiceDesc.Streams[0], Conformance_ServerStream_FullMethodName, cOpts...)
	if err != nil {
		return nil, err
	}
	x := &grpc.GenericClientStream[Message, Message]{ClientStream: stream}
	if err := x.ClientStream.SendMsg(in); err != nil {
		return nil, err
	}
	if err := x.ClientStream.CloseSend(); err != nil {
		return nil, err
	}
	return x, nil
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
type Conformance_ServerStreamClient = grpc.ServerStreamingClient[Message]

func (c *conformanceClient) ClientStream(ctx context.Context, opts ...grpc.CallOption) (grpc.ClientStreamingClient[Message, Message], error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	stream, err := c.cc.NewStream(ctx, &Conformance_ServiceDesc.Streams[1], Conformance_ClientStream_FullMethodName, cOpts...)
	if err != nil {
		return nil, err
	}
	x := &grpc.GenericClientStream[Message, Message]{ClientStream: stream}
	return x, nil
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
type Conformance_ClientStreamClient = grpc.ClientStreamingClient[Message, Message]

func (c *conformanceClient) Bidi(ctx context.Context, opts ...grpc.CallOption) (grpc.BidiStreamingClient[Message, Message], error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	stream, err := c.cc.NewStream(ctx, &Conformance_ServiceDesc.Streams[2], Conformance_Bidi_FullMethodName, cOpts...)
	if err != nil {
		return nil, err
	}
	x := &grpc.GenericClientStream[Message, Message]{ClientStream: stream}
	return x, nil
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
type Conformance_BidiClient = grpc.BidiStreamingClient[Message, Message]

func (c *conformanceClient) Unimplemented(ctx context.Context, in *Message, opts ...grpc.CallOption) (*Message, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(Message)
	err := c.cc.Invoke(ctx, Conformance_Unimplemented_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ConformanceServer is the server API for Conformance service.
// All implementations must embed UnimplementedConformanceServer
// for forward compatibility.
//
// What a target serves.
type ConformanceServer interface {
	Unary(context.Context, *Message) (*Message, error)
	ServerStream(*Message, grpc.ServerStreamingServer[Message]) error
	ClientStream(grpc.ClientStreamingServer[Message, Message]) error
	Bidi(grpc.BidiStreamingServer[Message, Message]) error
	// Declared, and implemented by no target: whatever the language's generated base does.
	Unimplemented(context.Context, *Message) (*Message, error)
	mustEmbedUnimplementedConformanceServer()
}

// UnimplementedConformanceServer must be embedded to have
// forward compatible implementations.
//
// NOTE: this should be embedded by value instead of pointer to avoid a nil
// pointer dereference when methods are called.
type UnimplementedConformanceServer struct{}

func (UnimplementedConformanceServer) Unary(context.Context, *Message) (*Message, error) {
	return nil, status.Error(codes.Unimplemented, "method Unary not implemented")
}
func (UnimplementedConformanceServer) ServerStream(*Message, grpc.ServerStreamingServer[Message]) error {
	return status.Error(codes.Unimplemented, "method ServerStream not implemented")
}
func (UnimplementedConformanceServer) ClientStream(grpc.ClientStreamingServer[Message, Message]) error {
	return status.Error(codes.Unimplemented, "method ClientStream not implemented")
}
func (UnimplementedConformanceServer) Bidi(grpc.BidiStreamingServer[Message, Message]) error {
	return status.Error(codes.Unimplemented, "method Bidi not implemented")
}
func (UnimplementedConformanceServer) Unimplemented(context.Context, *Message) (*Message, error) {
	return nil, status.Error(codes.Unimplemented, "method Unimplemented not implemented")
}
func (UnimplementedConformanceServer) mustEmbedUnimplementedConformanceServer() {}
func (UnimplementedConformanceServer) testEmbeddedByValue()                     {}

// UnsafeConformanceServer may be embedded to opt out of forward compatibility for this service.
// Use of this interface is not recommended, as added methods to ConformanceServer will
// result in compilation errors.
type UnsafeConformanceServer interface {
	mustEmbedUnimplementedConformanceServer()
}

func RegisterConformanceServer(s grpc.ServiceRegistrar, srv ConformanceServer) {
	// If the following call panics, it indicates UnimplementedConformanceServer was
	// embedded by pointer and is nil.  This will cause panics if an
	// unimplemented method is ever invoked, so we test this at initialization
	// time to prevent it from happening at runtime later due to I/O.
	if t, ok := srv.(interface{ testEmbeddedByValue() }); ok {
		t.testEmbeddedByValue()
	}
	s.RegisterService(&Conformance_ServiceDesc, srv)
}

func _Conformance_Unary_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(Message)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(ConformanceServer).Unary(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Conformance_Unary_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(ConformanceServer).Unary(ctx, req.(*Message))
	}
	return interceptor(ctx, in, info, handler)
}

func _Conformance_ServerStream_Handler(srv interface{}, stream grpc.ServerStream) error {
	m := new(Message)
	if err := stream.RecvMsg(m); err != nil {
		return err
	}
	return srv.(ConformanceServer).ServerStream(m, &grpc.GenericServerStream[Message, Message]{ServerStream: stream})
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
type Conformance_ServerStreamServer = grpc.ServerStreamingServer[Message]

func _Conformance_ClientStream_Handler(srv interface{}, stream grpc.ServerStream) error {
	return srv.(ConformanceServer).ClientStream(&grpc.GenericServerStream[Message, Message]{ServerStream: stream})
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
type Conformance_ClientStreamServer = grpc.ClientStreamingServer[Message, Message]

func _Conformance_Bidi_Handler(srv interface{}, stream grpc.ServerStream) error {
	return srv.(ConformanceServer).Bidi(&grpc.GenericServerStream[Message, Message]{ServerStream: stream})
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
type Conformance_BidiServer = grpc.BidiStreamingServer[Message, Message]

func _Conformance_Unimplemented_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(Message)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(ConformanceServer).Unimplemented(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Conformance_Unimplemented_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(ConformanceServer).Unimplemented(ctx, req.(*Message))
	}
	return interceptor(ctx, in, info, handler)
}

// Conformance_ServiceDesc is the grpc.ServiceDesc for Conformance service.
// It's only intended for direct use with grpc.RegisterService,
// and not to be introspected or modified (even as a copy)
var Conformance_ServiceDesc = grpc.ServiceDesc{
	ServiceName: "conformance.v1.Conformance",
	HandlerType: (*ConformanceServer)(nil),
	Methods: []grpc.MethodDesc{
		{
			MethodName: "Unary",
			Handler:    _Conformance_Unary_Handler,
		},
		{
			MethodName: "Unimplemented",
			Handler:    _Conformance_Unimplemented_Handler,
		},
	},
	Streams: []grpc.StreamDesc{
		{
			StreamName:    "ServerStream",
			Handler:       _Conformance_ServerStream_Handler,
			ServerStreams: true,
		},
		{
			StreamName:    "ClientStream",
			Handler:       _Conformance_ClientStream_Handler,
			ClientStreams: true,
		},
		{
			StreamName:    "Bidi",
			Handler:       _Conformance_Bidi_Handler,
			ServerStreams: true,
			ClientStreams: true,
		},
	},
	Metadata: "conformance.proto",
}
