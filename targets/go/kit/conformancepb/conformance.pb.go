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

// Code generated by protoc-gen-go. DO NOT EDIT.
// versions:
// 	protoc-gen-go v1.36.11
// 	protoc        (unknown)
// source: conformance.proto

package conformancepb

import (
	protoreflect "google.golang.org/protobuf/reflect/protoreflect"
	protoimpl "google.golang.org/protobuf/runtime/protoimpl"
	reflect "reflect"
	sync "sync"
	unsafe "unsafe"
)

const (
	// Verify that this generated code is sufficiently up-to-date.
	_ = protoimpl.EnforceVersion(20 - protoimpl.MinVersion)
	// Verify that runtime/protoimpl is sufficiently up-to-date.
	_ = protoimpl.EnforceVersion(protoimpl.MaxVersion - 20)
)

type Shape int32

const (
	Shape_UNARY         Shape = 0
	Shape_SERVER_STREAM Shape = 1
	Shape_CLIENT_STREAM Shape = 2
	Shape_BIDI          Shape = 3
)

// Enum value maps for Shape.
var (
	Shape_name = map[int32]string{
		0: "UNARY",
		1: "SERVER_STREAM",
		2: "CLIENT_STREAM",
		3: "BIDI",
	}
	Shape_value = map[string]int32{
		"UNARY":         0,
		"SERVER_STREAM": 1,
		"CLIENT_STREAM": 2,
		"BIDI":          3,
	}
)

func (x Shape) Enum() *Shape {
	p := new(Shape)
	*p = x
	return p
}

func (x Shape) String() string {
	return protoimpl.X.EnumStringOf(x.Descriptor(), protoreflect.EnumNumber(x))
}

func (Shape) Descriptor() protoreflect.EnumDescriptor {
	return file_conformance_proto_enumTypes[0].Descriptor()
}

func (Shape) Type() protoreflect.EnumType {
	return &file_conformance_proto_enumTypes[0]
}

func (x Shape) Number() protoreflect.EnumNumber {
	return protoreflect.EnumNumber(x)
}

// Deprecated: Use Shape.Descriptor instead.
func (Shape) EnumDescriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{0}
}

type Compression int32

const (
	Compression_IDENTITY Compression = 0
	Compression_GZIP     Compression = 1
)

// Enum value maps for Compression.
var (
	Compression_name = map[int32]string{
		0: "IDENTITY",
		1: "GZIP",
	}
	Compression_value = map[string]int32{
		"IDENTITY": 0,
		"GZIP":     1,
	}
)

func (x Compression) Enum() *Compression {
	p := new(Compression)
	*p = x
	return p
}

func (x Compression) String() string {
	return protoimpl.X.EnumStringOf(x.Descriptor(), protoreflect.EnumNumber(x))
}

func (Compression) Descriptor() protoreflect.EnumDescriptor {
	return file_conformance_proto_enumTypes[1].Descriptor()
}

func (Compression) Type() protoreflect.EnumType {
	return &file_conformance_proto_enumTypes[1]
}

func (x Compression) Number() protoreflect.EnumNumber {
	return protoreflect.EnumNumber(x)
}

// Deprecated: Use Compression.Descriptor instead.
func (Compression) EnumDescriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{1}
}

type CallContext int32

const (
	// The context that is current where the step stands: the handler's, or that of the `span` around the step.
	CallContext_CURRENT CallContext = 0
	// The root context: no span, no baggage.
	CallContext_NONE CallContext = 1
	// One kept by `save_context`.
	CallContext_SAVED CallContext = 2
)

// Enum value maps for CallContext.
var (
	CallContext_name = map[int32]string{
		0: "CURRENT",
		1: "NONE",
		2: "SAVED",
	}
	CallContext_value = map[string]int32{
		"CURRENT": 0,
		"NONE":    1,
		"SAVED":   2,
	}
)

func (x CallContext) Enum() *CallContext {
	p := new(CallContext)
	*p = x
	return p
}

func (x CallContext) String() string {
	return protoimpl.X.EnumStringOf(x.Descriptor(), protoreflect.EnumNumber(x))
}

func (CallContext) Descriptor() protoreflect.EnumDescriptor {
	return file_conformance_proto_enumTypes[2].Descriptor()
}

func (CallContext) Type() protoreflect.EnumType {
	return &file_conformance_proto_enumTypes[2]
}

func (x CallContext) Number() protoreflect.EnumNumber {
	return protoreflect.EnumNumber(x)
}

// Deprecated: Use CallContext.Descriptor instead.
func (CallContext) EnumDescriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{2}
}

type Forwarding int32

const (
	Forwarding_FRESH Forwarding = 0
	// Copies all metadata that the handler received into the call's, in front of `Call.metadata`, as a naive proxy does: all but
	// the script, what gRPC itself writes (`grpc-*`, `te`, `content-type`, `user-agent`) and names that begin with a colon.
	Forwarding_FORWARD Forwarding = 1
	// Uses the very metadata object that the handler's previous call used (its script is replaced); with none, as FRESH.
	Forwarding_REUSE Forwarding = 2
)

// Enum value maps for Forwarding.
var (
	Forwarding_name = map[int32]string{
		0: "FRESH",
		1: "FORWARD",
		2: "REUSE",
	}
	Forwarding_value = map[string]int32{
		"FRESH":   0,
		"FORWARD": 1,
		"REUSE":   2,
	}
)

func (x Forwarding) Enum() *Forwarding {
	p := new(Forwarding)
	*p = x
	return p
}

func (x Forwarding) String() string {
	return protoimpl.X.EnumStringOf(x.Descriptor(), protoreflect.EnumNumber(x))
}

func (Forwarding) Descriptor() protoreflect.EnumDescriptor {
	return file_conformance_proto_enumTypes[3].Descriptor()
}

func (Forwarding) Type() protoreflect.EnumType {
	return &file_conformance_proto_enumTypes[3]
}

func (x Forwarding) Number() protoreflect.EnumNumber {
	return protoreflect.EnumNumber(x)
}

// Deprecated: Use Forwarding.Descriptor instead.
func (Forwarding) EnumDescriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{3}
}

type Message struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// As many zero bytes as `send` says.
	Body          []byte `protobuf:"bytes,1,opt,name=body,proto3" json:"body,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Message) Reset() {
	*x = Message{}
	mi := &file_conformance_proto_msgTypes[0]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Message) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Message) ProtoMessage() {}

func (x *Message) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[0]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Message.ProtoReflect.Descriptor instead.
func (*Message) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{0}
}

func (x *Message) GetBody() []byte {
	if x != nil {
		return x.Body
	}
	return nil
}

// The value of `conformance-script-bin`.
type Script struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Journal entries are found by it. Unique within a run of the harness.
	Call              string        `protobuf:"bytes,1,opt,name=call,proto3" json:"call,omitempty"`
	Steps             []*ServerStep `protobuf:"bytes,2,rep,name=steps,proto3" json:"steps,omitempty"`
	JournalInTrailers bool          `protobuf:"varint,3,opt,name=journal_in_trailers,json=journalInTrailers,proto3" json:"journal_in_trailers,omitempty"`
	unknownFields     protoimpl.UnknownFields
	sizeCache         protoimpl.SizeCache
}

func (x *Script) Reset() {
	*x = Script{}
	mi := &file_conformance_proto_msgTypes[1]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Script) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Script) ProtoMessage() {}

func (x *Script) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[1]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Script.ProtoReflect.Descriptor instead.
func (*Script) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{1}
}

func (x *Script) GetCall() string {
	if x != nil {
		return x.Call
	}
	return ""
}

func (x *Script) GetSteps() []*ServerStep {
	if x != nil {
		return x.Steps
	}
	return nil
}

func (x *Script) GetJournalInTrailers() bool {
	if x != nil {
		return x.JournalInTrailers
	}
	return false
}

// Everything that a client needs to make one call.
type Call struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	Id    string                 `protobuf:"bytes,1,opt,name=id,proto3" json:"id,omitempty"`
	Shape Shape                  `protobuf:"varint,2,opt,name=shape,proto3,enum=conformance.v1.Shape" json:"shape,omitempty"`
	// The full method, `package.Service/Method`; empty: the method of `Conformance` that has the shape.
	Method string `protobuf:"bytes,3,opt,name=method,proto3" json:"method,omitempty"`
	// The gRPC target to dial, as a user would write it: `127.0.0.1:1234`, `dns:///localhost:1234`, `unix:/tmp/x.sock`.
	To string `protobuf:"bytes,4,opt,name=to,proto3" json:"to,omitempty"`
	// Sent as given and in this order, repeated keys kept, beside the script.
	Metadata []*Metadata `protobuf:"bytes,5,rep,name=metadata,proto3" json:"metadata,omitempty"`
	// Milliseconds from the call's beginning; 0 is none.
	DeadlineMs  uint32      `protobuf:"varint,6,opt,name=deadline_ms,json=deadlineMs,proto3" json:"deadline_ms,omitempty"`
	Compression Compression `protobuf:"varint,7,opt,name=compression,proto3,enum=conformance.v1.Compression" json:"compression,omitempty"`
	// One of the client styles of target.toml (`blocking`, `future`, `async`, `callback`); empty is the language's usual one.
	Style string `protobuf:"bytes,8,opt,name=style,proto3" json:"style,omitempty"`
	// The context in which the call is made.
	Context CallContext `protobuf:"varint,9,opt,name=context,proto3,enum=conformance.v1.CallContext" json:"context,omitempty"`
	// With `SAVED`: the name given to `save_context`.
	Saved string `protobuf:"bytes,10,opt,name=saved,proto3" json:"saved,omitempty"`
	// What happens to the metadata that the handler itself received.
	Forwarding Forwarding `protobuf:"varint,11,opt,name=forwarding,proto3,enum=conformance.v1.Forwarding" json:"forwarding,omitempty"`
	// With more than 1, the channel's service config allows so many attempts on UNAVAILABLE (a capability: `retry`).
	MaxAttempts uint32        `protobuf:"varint,12,opt,name=max_attempts,json=maxAttempts,proto3" json:"max_attempts,omitempty"`
	Steps       []*ClientStep `protobuf:"bytes,13,rep,name=steps,proto3" json:"steps,omitempty"`
	// What the callee does: goes into `Script.steps`.
	Server []*ServerStep `protobuf:"bytes,14,rep,name=server,proto3" json:"server,omitempty"`
	// Made one after the other from inside the callback that tells the call's completion, in whatever context that callback runs;
	// where a call is awaited, right after the await. They belong to the call: it is done when they are.
	OnCompletion      []*Call `protobuf:"bytes,15,rep,name=on_completion,json=onCompletion,proto3" json:"on_completion,omitempty"`
	JournalInTrailers bool    `protobuf:"varint,16,opt,name=journal_in_trailers,json=journalInTrailers,proto3" json:"journal_in_trailers,omitempty"`
	unknownFields     protoimpl.UnknownFields
	sizeCache         protoimpl.SizeCache
}

func (x *Call) Reset() {
	*x = Call{}
	mi := &file_conformance_proto_msgTypes[2]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Call) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Call) ProtoMessage() {}

func (x *Call) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[2]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Call.ProtoReflect.Descriptor instead.
func (*Call) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{2}
}

func (x *Call) GetId() string {
	if x != nil {
		return x.Id
	}
	return ""
}

func (x *Call) GetShape() Shape {
	if x != nil {
		return x.Shape
	}
	return Shape_UNARY
}

func (x *Call) GetMethod() string {
	if x != nil {
		return x.Method
	}
	return ""
}

func (x *Call) GetTo() string {
	if x != nil {
		return x.To
	}
	return ""
}

func (x *Call) GetMetadata() []*Metadata {
	if x != nil {
		return x.Metadata
	}
	return nil
}

func (x *Call) GetDeadlineMs() uint32 {
	if x != nil {
		return x.DeadlineMs
	}
	return 0
}

func (x *Call) GetCompression() Compression {
	if x != nil {
		return x.Compression
	}
	return Compression_IDENTITY
}

func (x *Call) GetStyle() string {
	if x != nil {
		return x.Style
	}
	return ""
}

func (x *Call) GetContext() CallContext {
	if x != nil {
		return x.Context
	}
	return CallContext_CURRENT
}

func (x *Call) GetSaved() string {
	if x != nil {
		return x.Saved
	}
	return ""
}

func (x *Call) GetForwarding() Forwarding {
	if x != nil {
		return x.Forwarding
	}
	return Forwarding_FRESH
}

func (x *Call) GetMaxAttempts() uint32 {
	if x != nil {
		return x.MaxAttempts
	}
	return 0
}

func (x *Call) GetSteps() []*ClientStep {
	if x != nil {
		return x.Steps
	}
	return nil
}

func (x *Call) GetServer() []*ServerStep {
	if x != nil {
		return x.Server
	}
	return nil
}

func (x *Call) GetOnCompletion() []*Call {
	if x != nil {
		return x.OnCompletion
	}
	return nil
}

func (x *Call) GetJournalInTrailers() bool {
	if x != nil {
		return x.JournalInTrailers
	}
	return false
}

// A value under a key that ends in `-bin` is the base64 of the bytes, without padding.
type Metadata struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Key           string                 `protobuf:"bytes,1,opt,name=key,proto3" json:"key,omitempty"`
	Value         string                 `protobuf:"bytes,2,opt,name=value,proto3" json:"value,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Metadata) Reset() {
	*x = Metadata{}
	mi := &file_conformance_proto_msgTypes[3]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Metadata) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Metadata) ProtoMessage() {}

func (x *Metadata) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[3]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Metadata.ProtoReflect.Descriptor instead.
func (*Metadata) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{3}
}

func (x *Metadata) GetKey() string {
	if x != nil {
		return x.Key
	}
	return ""
}

func (x *Metadata) GetValue() string {
	if x != nil {
		return x.Value
	}
	return ""
}

type ClientStep struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Step:
	//
	//	*ClientStep_Send
	//	*ClientStep_HalfClose
	//	*ClientStep_Receive
	//	*ClientStep_AwaitHeaders
	//	*ClientStep_AwaitEnd
	//	*ClientStep_Pause
	//	*ClientStep_Await
	//	*ClientStep_Raise
	//	*ClientStep_Cancel
	//	*ClientStep_Drop
	//	*ClientStep_WalkAway
	//	*ClientStep_Wire
	Step          isClientStep_Step `protobuf_oneof:"step"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ClientStep) Reset() {
	*x = ClientStep{}
	mi := &file_conformance_proto_msgTypes[4]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ClientStep) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ClientStep) ProtoMessage() {}

func (x *ClientStep) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[4]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ClientStep.ProtoReflect.Descriptor instead.
func (*ClientStep) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{4}
}

func (x *ClientStep) GetStep() isClientStep_Step {
	if x != nil {
		return x.Step
	}
	return nil
}

func (x *ClientStep) GetSend() *Send {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_Send); ok {
			return x.Send
		}
	}
	return nil
}

func (x *ClientStep) GetHalfClose() *HalfClose {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_HalfClose); ok {
			return x.HalfClose
		}
	}
	return nil
}

func (x *ClientStep) GetReceive() *Receive {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_Receive); ok {
			return x.Receive
		}
	}
	return nil
}

func (x *ClientStep) GetAwaitHeaders() *AwaitHeaders {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_AwaitHeaders); ok {
			return x.AwaitHeaders
		}
	}
	return nil
}

func (x *ClientStep) GetAwaitEnd() *AwaitEnd {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_AwaitEnd); ok {
			return x.AwaitEnd
		}
	}
	return nil
}

func (x *ClientStep) GetPause() *Pause {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_Pause); ok {
			return x.Pause
		}
	}
	return nil
}

func (x *ClientStep) GetAwait() *Await {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_Await); ok {
			return x.Await
		}
	}
	return nil
}

func (x *ClientStep) GetRaise() *Raise {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_Raise); ok {
			return x.Raise
		}
	}
	return nil
}

func (x *ClientStep) GetCancel() *Cancel {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_Cancel); ok {
			return x.Cancel
		}
	}
	return nil
}

func (x *ClientStep) GetDrop() *Drop {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_Drop); ok {
			return x.Drop
		}
	}
	return nil
}

func (x *ClientStep) GetWalkAway() *WalkAway {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_WalkAway); ok {
			return x.WalkAway
		}
	}
	return nil
}

func (x *ClientStep) GetWire() *Wire {
	if x != nil {
		if x, ok := x.Step.(*ClientStep_Wire); ok {
			return x.Wire
		}
	}
	return nil
}

type isClientStep_Step interface {
	isClientStep_Step()
}

type ClientStep_Send struct {
	Send *Send `protobuf:"bytes,1,opt,name=send,proto3,oneof"`
}

type ClientStep_HalfClose struct {
	HalfClose *HalfClose `protobuf:"bytes,2,opt,name=half_close,json=halfClose,proto3,oneof"`
}

type ClientStep_Receive struct {
	Receive *Receive `protobuf:"bytes,3,opt,name=receive,proto3,oneof"`
}

type ClientStep_AwaitHeaders struct {
	AwaitHeaders *AwaitHeaders `protobuf:"bytes,4,opt,name=await_headers,json=awaitHeaders,proto3,oneof"`
}

type ClientStep_AwaitEnd struct {
	AwaitEnd *AwaitEnd `protobuf:"bytes,5,opt,name=await_end,json=awaitEnd,proto3,oneof"`
}

type ClientStep_Pause struct {
	Pause *Pause `protobuf:"bytes,6,opt,name=pause,proto3,oneof"`
}

type ClientStep_Await struct {
	Await *Await `protobuf:"bytes,7,opt,name=await,proto3,oneof"`
}

type ClientStep_Raise struct {
	Raise *Raise `protobuf:"bytes,8,opt,name=raise,proto3,oneof"`
}

type ClientStep_Cancel struct {
	Cancel *Cancel `protobuf:"bytes,9,opt,name=cancel,proto3,oneof"`
}

type ClientStep_Drop struct {
	Drop *Drop `protobuf:"bytes,10,opt,name=drop,proto3,oneof"`
}

type ClientStep_WalkAway struct {
	WalkAway *WalkAway `protobuf:"bytes,11,opt,name=walk_away,json=walkAway,proto3,oneof"`
}

type ClientStep_Wire struct {
	Wire *Wire `protobuf:"bytes,12,opt,name=wire,proto3,oneof"`
}

func (*ClientStep_Send) isClientStep_Step() {}

func (*ClientStep_HalfClose) isClientStep_Step() {}

func (*ClientStep_Receive) isClientStep_Step() {}

func (*ClientStep_AwaitHeaders) isClientStep_Step() {}

func (*ClientStep_AwaitEnd) isClientStep_Step() {}

func (*ClientStep_Pause) isClientStep_Step() {}

func (*ClientStep_Await) isClientStep_Step() {}

func (*ClientStep_Raise) isClientStep_Step() {}

func (*ClientStep_Cancel) isClientStep_Step() {}

func (*ClientStep_Drop) isClientStep_Step() {}

func (*ClientStep_WalkAway) isClientStep_Step() {}

func (*ClientStep_Wire) isClientStep_Step() {}

type ServerStep struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Step:
	//
	//	*ServerStep_Receive
	//	*ServerStep_SendHeaders
	//	*ServerStep_Send
	//	*ServerStep_Pause
	//	*ServerStep_AwaitCancelled
	//	*ServerStep_Await
	//	*ServerStep_Raise
	//	*ServerStep_Span
	//	*ServerStep_Baggage
	//	*ServerStep_Annotate
	//	*ServerStep_SaveContext
	//	*ServerStep_Calls
	//	*ServerStep_On
	//	*ServerStep_OnAttempt
	//	*ServerStep_End
	//	*ServerStep_Fail
	//	*ServerStep_Wire
	Step          isServerStep_Step `protobuf_oneof:"step"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ServerStep) Reset() {
	*x = ServerStep{}
	mi := &file_conformance_proto_msgTypes[5]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ServerStep) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ServerStep) ProtoMessage() {}

func (x *ServerStep) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[5]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ServerStep.ProtoReflect.Descriptor instead.
func (*ServerStep) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{5}
}

func (x *ServerStep) GetStep() isServerStep_Step {
	if x != nil {
		return x.Step
	}
	return nil
}

func (x *ServerStep) GetReceive() *Receive {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Receive); ok {
			return x.Receive
		}
	}
	return nil
}

func (x *ServerStep) GetSendHeaders() *SendHeaders {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_SendHeaders); ok {
			return x.SendHeaders
		}
	}
	return nil
}

func (x *ServerStep) GetSend() *Send {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Send); ok {
			return x.Send
		}
	}
	return nil
}

func (x *ServerStep) GetPause() *Pause {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Pause); ok {
			return x.Pause
		}
	}
	return nil
}

func (x *ServerStep) GetAwaitCancelled() *AwaitCancelled {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_AwaitCancelled); ok {
			return x.AwaitCancelled
		}
	}
	return nil
}

func (x *ServerStep) GetAwait() *Await {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Await); ok {
			return x.Await
		}
	}
	return nil
}

func (x *ServerStep) GetRaise() *Raise {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Raise); ok {
			return x.Raise
		}
	}
	return nil
}

func (x *ServerStep) GetSpan() *Span {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Span); ok {
			return x.Span
		}
	}
	return nil
}

func (x *ServerStep) GetBaggage() *Baggage {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Baggage); ok {
			return x.Baggage
		}
	}
	return nil
}

func (x *ServerStep) GetAnnotate() *Annotate {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Annotate); ok {
			return x.Annotate
		}
	}
	return nil
}

func (x *ServerStep) GetSaveContext() *SaveContext {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_SaveContext); ok {
			return x.SaveContext
		}
	}
	return nil
}

func (x *ServerStep) GetCalls() *Calls {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Calls); ok {
			return x.Calls
		}
	}
	return nil
}

func (x *ServerStep) GetOn() *On {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_On); ok {
			return x.On
		}
	}
	return nil
}

func (x *ServerStep) GetOnAttempt() *OnAttempt {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_OnAttempt); ok {
			return x.OnAttempt
		}
	}
	return nil
}

func (x *ServerStep) GetEnd() *End {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_End); ok {
			return x.End
		}
	}
	return nil
}

func (x *ServerStep) GetFail() *Fail {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Fail); ok {
			return x.Fail
		}
	}
	return nil
}

func (x *ServerStep) GetWire() *Wire {
	if x != nil {
		if x, ok := x.Step.(*ServerStep_Wire); ok {
			return x.Wire
		}
	}
	return nil
}

type isServerStep_Step interface {
	isServerStep_Step()
}

type ServerStep_Receive struct {
	Receive *Receive `protobuf:"bytes,1,opt,name=receive,proto3,oneof"`
}

type ServerStep_SendHeaders struct {
	SendHeaders *SendHeaders `protobuf:"bytes,2,opt,name=send_headers,json=sendHeaders,proto3,oneof"`
}

type ServerStep_Send struct {
	Send *Send `protobuf:"bytes,3,opt,name=send,proto3,oneof"`
}

type ServerStep_Pause struct {
	Pause *Pause `protobuf:"bytes,4,opt,name=pause,proto3,oneof"`
}

type ServerStep_AwaitCancelled struct {
	AwaitCancelled *AwaitCancelled `protobuf:"bytes,5,opt,name=await_cancelled,json=awaitCancelled,proto3,oneof"`
}

type ServerStep_Await struct {
	Await *Await `protobuf:"bytes,6,opt,name=await,proto3,oneof"`
}

type ServerStep_Raise struct {
	Raise *Raise `protobuf:"bytes,7,opt,name=raise,proto3,oneof"`
}

type ServerStep_Span struct {
	Span *Span `protobuf:"bytes,8,opt,name=span,proto3,oneof"`
}

type ServerStep_Baggage struct {
	Baggage *Baggage `protobuf:"bytes,9,opt,name=baggage,proto3,oneof"`
}

type ServerStep_Annotate struct {
	Annotate *Annotate `protobuf:"bytes,10,opt,name=annotate,proto3,oneof"`
}

type ServerStep_SaveContext struct {
	SaveContext *SaveContext `protobuf:"bytes,11,opt,name=save_context,json=saveContext,proto3,oneof"`
}

type ServerStep_Calls struct {
	Calls *Calls `protobuf:"bytes,12,opt,name=calls,proto3,oneof"`
}

type ServerStep_On struct {
	On *On `protobuf:"bytes,13,opt,name=on,proto3,oneof"`
}

type ServerStep_OnAttempt struct {
	OnAttempt *OnAttempt `protobuf:"bytes,14,opt,name=on_attempt,json=onAttempt,proto3,oneof"`
}

type ServerStep_End struct {
	End *End `protobuf:"bytes,15,opt,name=end,proto3,oneof"`
}

type ServerStep_Fail struct {
	Fail *Fail `protobuf:"bytes,16,opt,name=fail,proto3,oneof"`
}

type ServerStep_Wire struct {
	Wire *Wire `protobuf:"bytes,17,opt,name=wire,proto3,oneof"`
}

func (*ServerStep_Receive) isServerStep_Step() {}

func (*ServerStep_SendHeaders) isServerStep_Step() {}

func (*ServerStep_Send) isServerStep_Step() {}

func (*ServerStep_Pause) isServerStep_Step() {}

func (*ServerStep_AwaitCancelled) isServerStep_Step() {}

func (*ServerStep_Await) isServerStep_Step() {}

func (*ServerStep_Raise) isServerStep_Step() {}

func (*ServerStep_Span) isServerStep_Step() {}

func (*ServerStep_Baggage) isServerStep_Step() {}

func (*ServerStep_Annotate) isServerStep_Step() {}

func (*ServerStep_SaveContext) isServerStep_Step() {}

func (*ServerStep_Calls) isServerStep_Step() {}

func (*ServerStep_On) isServerStep_Step() {}

func (*ServerStep_OnAttempt) isServerStep_Step() {}

func (*ServerStep_End) isServerStep_Step() {}

func (*ServerStep_Fail) isServerStep_Step() {}

func (*ServerStep_Wire) isServerStep_Step() {}

// Sends messages of `size` zero bytes.
type Send struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	Count uint32                 `protobuf:"varint,1,opt,name=count,proto3" json:"count,omitempty"`
	Size  uint32                 `protobuf:"varint,2,opt,name=size,proto3" json:"size,omitempty"`
	// The harness's own ends only, in streams: the messages are put together and cut into DATA frames of so many bytes. 0: each
	// begins a frame of its own. A target leaves it to its library.
	Cut           uint32 `protobuf:"varint,3,opt,name=cut,proto3" json:"cut,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Send) Reset() {
	*x = Send{}
	mi := &file_conformance_proto_msgTypes[6]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Send) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Send) ProtoMessage() {}

func (x *Send) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[6]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Send.ProtoReflect.Descriptor instead.
func (*Send) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{6}
}

func (x *Send) GetCount() uint32 {
	if x != nil {
		return x.Count
	}
	return 0
}

func (x *Send) GetSize() uint32 {
	if x != nil {
		return x.Size
	}
	return 0
}

func (x *Send) GetCut() uint32 {
	if x != nil {
		return x.Cut
	}
	return 0
}

// The client will send no more.
type HalfClose struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *HalfClose) Reset() {
	*x = HalfClose{}
	mi := &file_conformance_proto_msgTypes[7]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *HalfClose) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*HalfClose) ProtoMessage() {}

func (x *HalfClose) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[7]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use HalfClose.ProtoReflect.Descriptor instead.
func (*HalfClose) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{7}
}

// Waits for so many more messages, or fewer if the other end sends no more. 0: until the other end sends no more.
// A client that learns the status while it receives has seen the end.
type Receive struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Count         uint32                 `protobuf:"varint,1,opt,name=count,proto3" json:"count,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Receive) Reset() {
	*x = Receive{}
	mi := &file_conformance_proto_msgTypes[8]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Receive) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Receive) ProtoMessage() {}

func (x *Receive) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[8]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Receive.ProtoReflect.Descriptor instead.
func (*Receive) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{8}
}

func (x *Receive) GetCount() uint32 {
	if x != nil {
		return x.Count
	}
	return 0
}

// Waits for the response headers or, without any, for the status.
type AwaitHeaders struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *AwaitHeaders) Reset() {
	*x = AwaitHeaders{}
	mi := &file_conformance_proto_msgTypes[9]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *AwaitHeaders) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*AwaitHeaders) ProtoMessage() {}

func (x *AwaitHeaders) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[9]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use AwaitHeaders.ProtoReflect.Descriptor instead.
func (*AwaitHeaders) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{9}
}

// Reads what is still to come and waits for the status.
type AwaitEnd struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *AwaitEnd) Reset() {
	*x = AwaitEnd{}
	mi := &file_conformance_proto_msgTypes[10]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *AwaitEnd) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*AwaitEnd) ProtoMessage() {}

func (x *AwaitEnd) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[10]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use AwaitEnd.ProtoReflect.Descriptor instead.
func (*AwaitEnd) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{10}
}

type Pause struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Ms            uint32                 `protobuf:"varint,1,opt,name=ms,proto3" json:"ms,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Pause) Reset() {
	*x = Pause{}
	mi := &file_conformance_proto_msgTypes[11]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Pause) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Pause) ProtoMessage() {}

func (x *Pause) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[11]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Pause.ProtoReflect.Descriptor instead.
func (*Pause) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{11}
}

func (x *Pause) GetMs() uint32 {
	if x != nil {
		return x.Ms
	}
	return 0
}

// Waits until the signal is raised in this process, by a step or over control. A signal stays raised. The wait ends in any case
// after 10 s, which is journaled as an `error`.
type Await struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Signal        string                 `protobuf:"bytes,1,opt,name=signal,proto3" json:"signal,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Await) Reset() {
	*x = Await{}
	mi := &file_conformance_proto_msgTypes[12]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Await) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Await) ProtoMessage() {}

func (x *Await) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[12]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Await.ProtoReflect.Descriptor instead.
func (*Await) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{12}
}

func (x *Await) GetSignal() string {
	if x != nil {
		return x.Signal
	}
	return ""
}

type Raise struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Signal        string                 `protobuf:"bytes,1,opt,name=signal,proto3" json:"signal,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Raise) Reset() {
	*x = Raise{}
	mi := &file_conformance_proto_msgTypes[13]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Raise) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Raise) ProtoMessage() {}

func (x *Raise) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[13]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Raise.ProtoReflect.Descriptor instead.
func (*Raise) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{13}
}

func (x *Raise) GetSignal() string {
	if x != nil {
		return x.Signal
	}
	return ""
}

// Cancels the call by the language's API for it.
type Cancel struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Cancel) Reset() {
	*x = Cancel{}
	mi := &file_conformance_proto_msgTypes[14]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Cancel) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Cancel) ProtoMessage() {}

func (x *Cancel) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[14]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Cancel.ProtoReflect.Descriptor instead.
func (*Cancel) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{14}
}

// Lets go of everything that stands for the call, without cancelling: what becomes of it is the language's way (Rust resets the
// stream; a garbage-collected language does nothing).
type Drop struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Drop) Reset() {
	*x = Drop{}
	mi := &file_conformance_proto_msgTypes[15]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Drop) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Drop) ProtoMessage() {}

func (x *Drop) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[15]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Drop.ProtoReflect.Descriptor instead.
func (*Drop) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{15}
}

// Stops reading for good and keeps hold of the call until its handler's list has finished; then as `drop`.
type WalkAway struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *WalkAway) Reset() {
	*x = WalkAway{}
	mi := &file_conformance_proto_msgTypes[16]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *WalkAway) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*WalkAway) ProtoMessage() {}

func (x *WalkAway) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[16]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use WalkAway.ProtoReflect.Descriptor instead.
func (*WalkAway) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{16}
}

// Sends the response headers. A second one does nothing. `send` and `end` send them if no step did; `end` with
// another status than OK before any headers is "trailers only".
type SendHeaders struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Metadata      []*Metadata            `protobuf:"bytes,1,rep,name=metadata,proto3" json:"metadata,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *SendHeaders) Reset() {
	*x = SendHeaders{}
	mi := &file_conformance_proto_msgTypes[17]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *SendHeaders) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*SendHeaders) ProtoMessage() {}

func (x *SendHeaders) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[17]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use SendHeaders.ProtoReflect.Descriptor instead.
func (*SendHeaders) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{17}
}

func (x *SendHeaders) GetMetadata() []*Metadata {
	if x != nil {
		return x.Metadata
	}
	return nil
}

// Waits until the server is told that the call is over.
type AwaitCancelled struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *AwaitCancelled) Reset() {
	*x = AwaitCancelled{}
	mi := &file_conformance_proto_msgTypes[18]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *AwaitCancelled) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*AwaitCancelled) ProtoMessage() {}

func (x *AwaitCancelled) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[18]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use AwaitCancelled.ProtoReflect.Descriptor instead.
func (*AwaitCancelled) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{18}
}

// Opens a child span of the current one by the OpenTelemetry API, kind INTERNAL, makes it current, carries out the steps, ends it.
type Span struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	Name  string                 `protobuf:"bytes,1,opt,name=name,proto3" json:"name,omitempty"`
	Steps []*ServerStep          `protobuf:"bytes,2,rep,name=steps,proto3" json:"steps,omitempty"`
	// The span is not ended here but when the handler's list has finished and the call is over.
	Outlives      bool `protobuf:"varint,3,opt,name=outlives,proto3" json:"outlives,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Span) Reset() {
	*x = Span{}
	mi := &file_conformance_proto_msgTypes[19]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Span) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Span) ProtoMessage() {}

func (x *Span) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[19]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Span.ProtoReflect.Descriptor instead.
func (*Span) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{19}
}

func (x *Span) GetName() string {
	if x != nil {
		return x.Name
	}
	return ""
}

func (x *Span) GetSteps() []*ServerStep {
	if x != nil {
		return x.Steps
	}
	return nil
}

func (x *Span) GetOutlives() bool {
	if x != nil {
		return x.Outlives
	}
	return false
}

// Adds an entry to the baggage of the current context, for the rest of the list it stands in.
type Baggage struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Key           string                 `protobuf:"bytes,1,opt,name=key,proto3" json:"key,omitempty"`
	Value         string                 `protobuf:"bytes,2,opt,name=value,proto3" json:"value,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Baggage) Reset() {
	*x = Baggage{}
	mi := &file_conformance_proto_msgTypes[20]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Baggage) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Baggage) ProtoMessage() {}

func (x *Baggage) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[20]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Baggage.ProtoReflect.Descriptor instead.
func (*Baggage) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{20}
}

func (x *Baggage) GetKey() string {
	if x != nil {
		return x.Key
	}
	return ""
}

func (x *Baggage) GetValue() string {
	if x != nil {
		return x.Value
	}
	return ""
}

// Writes to the current span by the OpenTelemetry API, as an application may.
type Annotate struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// String attributes.
	Attributes []*Metadata `protobuf:"bytes,1,rep,name=attributes,proto3" json:"attributes,omitempty"`
	Events     []string    `protobuf:"bytes,2,rep,name=events,proto3" json:"events,omitempty"`
	// Sets the span's status to Ok.
	Ok            bool `protobuf:"varint,3,opt,name=ok,proto3" json:"ok,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Annotate) Reset() {
	*x = Annotate{}
	mi := &file_conformance_proto_msgTypes[21]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Annotate) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Annotate) ProtoMessage() {}

func (x *Annotate) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[21]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Annotate.ProtoReflect.Descriptor instead.
func (*Annotate) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{21}
}

func (x *Annotate) GetAttributes() []*Metadata {
	if x != nil {
		return x.Attributes
	}
	return nil
}

func (x *Annotate) GetEvents() []string {
	if x != nil {
		return x.Events
	}
	return nil
}

func (x *Annotate) GetOk() bool {
	if x != nil {
		return x.Ok
	}
	return false
}

// Keeps the current context under a name, for the life of the process.
type SaveContext struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Name          string                 `protobuf:"bytes,1,opt,name=name,proto3" json:"name,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *SaveContext) Reset() {
	*x = SaveContext{}
	mi := &file_conformance_proto_msgTypes[22]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *SaveContext) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*SaveContext) ProtoMessage() {}

func (x *SaveContext) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[22]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use SaveContext.ProtoReflect.Descriptor instead.
func (*SaveContext) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{22}
}

func (x *SaveContext) GetName() string {
	if x != nil {
		return x.Name
	}
	return ""
}

// Makes calls: for each, its client steps to the end of the list. One after the other, or all at once.
type Calls struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Calls         []*Call                `protobuf:"bytes,1,rep,name=calls,proto3" json:"calls,omitempty"`
	Concurrent    bool                   `protobuf:"varint,2,opt,name=concurrent,proto3" json:"concurrent,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Calls) Reset() {
	*x = Calls{}
	mi := &file_conformance_proto_msgTypes[23]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Calls) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Calls) ProtoMessage() {}

func (x *Calls) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[23]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Calls.ProtoReflect.Descriptor instead.
func (*Calls) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{23}
}

func (x *Calls) GetCalls() []*Call {
	if x != nil {
		return x.Calls
	}
	return nil
}

func (x *Calls) GetConcurrent() bool {
	if x != nil {
		return x.Concurrent
	}
	return false
}

// Goes on with a call that this handler left open. Of a call it never opened: nothing.
type On struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Call          string                 `protobuf:"bytes,1,opt,name=call,proto3" json:"call,omitempty"`
	Steps         []*ClientStep          `protobuf:"bytes,2,rep,name=steps,proto3" json:"steps,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *On) Reset() {
	*x = On{}
	mi := &file_conformance_proto_msgTypes[24]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *On) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*On) ProtoMessage() {}

func (x *On) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[24]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use On.ProtoReflect.Descriptor instead.
func (*On) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{24}
}

func (x *On) GetCall() string {
	if x != nil {
		return x.Call
	}
	return ""
}

func (x *On) GetSteps() []*ClientStep {
	if x != nil {
		return x.Steps
	}
	return nil
}

// Steps for the n-th arrival of this call id at this server only, counted from 1: a retried call arrives again.
type OnAttempt struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Number        uint32                 `protobuf:"varint,1,opt,name=number,proto3" json:"number,omitempty"`
	Steps         []*ServerStep          `protobuf:"bytes,2,rep,name=steps,proto3" json:"steps,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *OnAttempt) Reset() {
	*x = OnAttempt{}
	mi := &file_conformance_proto_msgTypes[25]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *OnAttempt) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*OnAttempt) ProtoMessage() {}

func (x *OnAttempt) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[25]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use OnAttempt.ProtoReflect.Descriptor instead.
func (*OnAttempt) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{25}
}

func (x *OnAttempt) GetNumber() uint32 {
	if x != nil {
		return x.Number
	}
	return 0
}

func (x *OnAttempt) GetSteps() []*ServerStep {
	if x != nil {
		return x.Steps
	}
	return nil
}

type End struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// A status code of gRPC.
	Code    uint32 `protobuf:"varint,1,opt,name=code,proto3" json:"code,omitempty"`
	Message string `protobuf:"bytes,2,opt,name=message,proto3" json:"message,omitempty"`
	// The bytes of `grpc-status-details-bin`; none if empty.
	Details  []byte      `protobuf:"bytes,3,opt,name=details,proto3" json:"details,omitempty"`
	Trailers []*Metadata `protobuf:"bytes,4,rep,name=trailers,proto3" json:"trailers,omitempty"`
	// Which of the language's ways to end a call, of those that target.toml lists under `ends`; empty is the usual one.
	Via           string `protobuf:"bytes,5,opt,name=via,proto3" json:"via,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *End) Reset() {
	*x = End{}
	mi := &file_conformance_proto_msgTypes[26]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *End) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*End) ProtoMessage() {}

func (x *End) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[26]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use End.ProtoReflect.Descriptor instead.
func (*End) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{26}
}

func (x *End) GetCode() uint32 {
	if x != nil {
		return x.Code
	}
	return 0
}

func (x *End) GetMessage() string {
	if x != nil {
		return x.Message
	}
	return ""
}

func (x *End) GetDetails() []byte {
	if x != nil {
		return x.Details
	}
	return nil
}

func (x *End) GetTrailers() []*Metadata {
	if x != nil {
		return x.Trailers
	}
	return nil
}

func (x *End) GetVia() string {
	if x != nil {
		return x.Via
	}
	return ""
}

// Ends the call by a failure of the handler itself, one of those that target.toml lists under `failures`: `throw`, `panic`, `error`.
type Fail struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	How           string                 `protobuf:"bytes,1,opt,name=how,proto3" json:"how,omitempty"`
	Message       string                 `protobuf:"bytes,2,opt,name=message,proto3" json:"message,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Fail) Reset() {
	*x = Fail{}
	mi := &file_conformance_proto_msgTypes[27]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Fail) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Fail) ProtoMessage() {}

func (x *Fail) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[27]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Fail.ProtoReflect.Descriptor instead.
func (*Fail) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{27}
}

func (x *Fail) GetHow() string {
	if x != nil {
		return x.How
	}
	return ""
}

func (x *Fail) GetMessage() string {
	if x != nil {
		return x.Message
	}
	return ""
}

// The harness's own ends only: leaves gRPC. A target journals an `error`. Its peer does all of this, its client `disconnect` alone.
type Wire struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Kind:
	//
	//	*Wire_Reset_
	//	*Wire_Goaway
	//	*Wire_Disconnect
	//	*Wire_RawStatus
	//	*Wire_HttpStatus
	//	*Wire_Data
	//	*Wire_LastData
	Kind          isWire_Kind `protobuf_oneof:"kind"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Wire) Reset() {
	*x = Wire{}
	mi := &file_conformance_proto_msgTypes[28]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Wire) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Wire) ProtoMessage() {}

func (x *Wire) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[28]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Wire.ProtoReflect.Descriptor instead.
func (*Wire) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{28}
}

func (x *Wire) GetKind() isWire_Kind {
	if x != nil {
		return x.Kind
	}
	return nil
}

func (x *Wire) GetReset_() uint32 {
	if x != nil {
		if x, ok := x.Kind.(*Wire_Reset_); ok {
			return x.Reset_
		}
	}
	return 0
}

func (x *Wire) GetGoaway() bool {
	if x != nil {
		if x, ok := x.Kind.(*Wire_Goaway); ok {
			return x.Goaway
		}
	}
	return false
}

func (x *Wire) GetDisconnect() bool {
	if x != nil {
		if x, ok := x.Kind.(*Wire_Disconnect); ok {
			return x.Disconnect
		}
	}
	return false
}

func (x *Wire) GetRawStatus() string {
	if x != nil {
		if x, ok := x.Kind.(*Wire_RawStatus); ok {
			return x.RawStatus
		}
	}
	return ""
}

func (x *Wire) GetHttpStatus() uint32 {
	if x != nil {
		if x, ok := x.Kind.(*Wire_HttpStatus); ok {
			return x.HttpStatus
		}
	}
	return 0
}

func (x *Wire) GetData() []byte {
	if x != nil {
		if x, ok := x.Kind.(*Wire_Data); ok {
			return x.Data
		}
	}
	return nil
}

func (x *Wire) GetLastData() []byte {
	if x != nil {
		if x, ok := x.Kind.(*Wire_LastData); ok {
			return x.LastData
		}
	}
	return nil
}

type isWire_Kind interface {
	isWire_Kind()
}

type Wire_Reset_ struct {
	// RST_STREAM with this HTTP/2 error code.
	Reset_ uint32 `protobuf:"varint,1,opt,name=reset,proto3,oneof"`
}

type Wire_Goaway struct {
	// GOAWAY (last stream id below this one: not processed) and the end of the connection.
	Goaway bool `protobuf:"varint,2,opt,name=goaway,proto3,oneof"`
}

type Wire_Disconnect struct {
	// Closes the TCP connection.
	Disconnect bool `protobuf:"varint,3,opt,name=disconnect,proto3,oneof"`
}

type Wire_RawStatus struct {
	// Trailers whose grpc-status is this text; empty: trailers without one.
	RawStatus string `protobuf:"bytes,4,opt,name=raw_status,json=rawStatus,proto3,oneof"`
}

type Wire_HttpStatus struct {
	// A response without grpc-status, with this HTTP status and end of stream.
	HttpStatus uint32 `protobuf:"varint,5,opt,name=http_status,json=httpStatus,proto3,oneof"`
}

type Wire_Data struct {
	// These bytes in place of a message, then trailers with the status OK.
	Data []byte `protobuf:"bytes,6,opt,name=data,proto3,oneof"`
}

type Wire_LastData struct {
	// These bytes in place of a message, and with them the end of the stream: no trailers.
	LastData []byte `protobuf:"bytes,7,opt,name=last_data,json=lastData,proto3,oneof"`
}

func (*Wire_Reset_) isWire_Kind() {}

func (*Wire_Goaway) isWire_Kind() {}

func (*Wire_Disconnect) isWire_Kind() {}

func (*Wire_RawStatus) isWire_Kind() {}

func (*Wire_HttpStatus) isWire_Kind() {}

func (*Wire_Data) isWire_Kind() {}

func (*Wire_LastData) isWire_Kind() {}

// What one target wrote down for one call id: as its server, as its client, or both where a target calls itself.
type Journal struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	Call  string                 `protobuf:"bytes,1,opt,name=call,proto3" json:"call,omitempty"`
	// One for each arrival.
	Server        []*ServerEnd `protobuf:"bytes,2,rep,name=server,proto3" json:"server,omitempty"`
	Client        *ClientEnd   `protobuf:"bytes,3,opt,name=client,proto3" json:"client,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Journal) Reset() {
	*x = Journal{}
	mi := &file_conformance_proto_msgTypes[29]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Journal) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Journal) ProtoMessage() {}

func (x *Journal) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[29]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Journal.ProtoReflect.Descriptor instead.
func (*Journal) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{29}
}

func (x *Journal) GetCall() string {
	if x != nil {
		return x.Call
	}
	return ""
}

func (x *Journal) GetServer() []*ServerEnd {
	if x != nil {
		return x.Server
	}
	return nil
}

func (x *Journal) GetClient() *ClientEnd {
	if x != nil {
		return x.Client
	}
	return nil
}

type ServerEnd struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// As the handler saw it, without the script; repeated keys kept, in the order in which the language gives them.
	Metadata []*Metadata `protobuf:"bytes,1,rep,name=metadata,proto3" json:"metadata,omitempty"`
	// What was left of the deadline when the handler began.
	DeadlineMs *uint32 `protobuf:"varint,2,opt,name=deadline_ms,json=deadlineMs,proto3,oneof" json:"deadline_ms,omitempty"`
	// The current span when the handler began, by the OpenTelemetry API; absent if there is no valid one.
	Context  *SpanContext `protobuf:"bytes,3,opt,name=context,proto3" json:"context,omitempty"`
	Baggage  []*Metadata  `protobuf:"bytes,4,rep,name=baggage,proto3" json:"baggage,omitempty"`
	Received uint32       `protobuf:"varint,5,opt,name=received,proto3" json:"received,omitempty"`
	Sent     uint32       `protobuf:"varint,6,opt,name=sent,proto3" json:"sent,omitempty"`
	// How many steps of the list were carried out (steps inside `span` are not counted).
	Reached uint32 `protobuf:"varint,7,opt,name=reached,proto3" json:"reached,omitempty"`
	// The index of the first step that found the call over.
	OverAt *uint32 `protobuf:"varint,8,opt,name=over_at,json=overAt,proto3,oneof" json:"over_at,omitempty"`
	// The server was told that the call is over before it ended it.
	Cancelled bool `protobuf:"varint,9,opt,name=cancelled,proto3" json:"cancelled,omitempty"`
	// The whole list was worked through and everything in it is done.
	Done bool `protobuf:"varint,10,opt,name=done,proto3" json:"done,omitempty"`
	// What the target could not do: the case then cannot be judged.
	Error string `protobuf:"bytes,11,opt,name=error,proto3" json:"error,omitempty"`
	// The spans that the steps `span` opened so far, in that order: one that lost its trace on the way is still known by its
	// id. A target may leave them out; such a span then counts as nobody's.
	Spans         []*SpanContext `protobuf:"bytes,12,rep,name=spans,proto3" json:"spans,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ServerEnd) Reset() {
	*x = ServerEnd{}
	mi := &file_conformance_proto_msgTypes[30]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ServerEnd) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ServerEnd) ProtoMessage() {}

func (x *ServerEnd) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[30]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ServerEnd.ProtoReflect.Descriptor instead.
func (*ServerEnd) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{30}
}

func (x *ServerEnd) GetMetadata() []*Metadata {
	if x != nil {
		return x.Metadata
	}
	return nil
}

func (x *ServerEnd) GetDeadlineMs() uint32 {
	if x != nil && x.DeadlineMs != nil {
		return *x.DeadlineMs
	}
	return 0
}

func (x *ServerEnd) GetContext() *SpanContext {
	if x != nil {
		return x.Context
	}
	return nil
}

func (x *ServerEnd) GetBaggage() []*Metadata {
	if x != nil {
		return x.Baggage
	}
	return nil
}

func (x *ServerEnd) GetReceived() uint32 {
	if x != nil {
		return x.Received
	}
	return 0
}

func (x *ServerEnd) GetSent() uint32 {
	if x != nil {
		return x.Sent
	}
	return 0
}

func (x *ServerEnd) GetReached() uint32 {
	if x != nil {
		return x.Reached
	}
	return 0
}

func (x *ServerEnd) GetOverAt() uint32 {
	if x != nil && x.OverAt != nil {
		return *x.OverAt
	}
	return 0
}

func (x *ServerEnd) GetCancelled() bool {
	if x != nil {
		return x.Cancelled
	}
	return false
}

func (x *ServerEnd) GetDone() bool {
	if x != nil {
		return x.Done
	}
	return false
}

func (x *ServerEnd) GetError() string {
	if x != nil {
		return x.Error
	}
	return ""
}

func (x *ServerEnd) GetSpans() []*SpanContext {
	if x != nil {
		return x.Spans
	}
	return nil
}

type ClientEnd struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// The current span where the call was made; absent if there is none.
	Context  *SpanContext `protobuf:"bytes,1,opt,name=context,proto3" json:"context,omitempty"`
	Received uint32       `protobuf:"varint,2,opt,name=received,proto3" json:"received,omitempty"`
	Sent     uint32       `protobuf:"varint,3,opt,name=sent,proto3" json:"sent,omitempty"`
	Reached  uint32       `protobuf:"varint,4,opt,name=reached,proto3" json:"reached,omitempty"`
	OverAt   *uint32      `protobuf:"varint,5,opt,name=over_at,json=overAt,proto3,oneof" json:"over_at,omitempty"`
	// What the client's API gave as the status; absent if it gave none (dropped, abandoned).
	Code          *uint32     `protobuf:"varint,6,opt,name=code,proto3,oneof" json:"code,omitempty"`
	Message       string      `protobuf:"bytes,7,opt,name=message,proto3" json:"message,omitempty"`
	Headers       []*Metadata `protobuf:"bytes,8,rep,name=headers,proto3" json:"headers,omitempty"`
	Trailers      []*Metadata `protobuf:"bytes,9,rep,name=trailers,proto3" json:"trailers,omitempty"`
	Done          bool        `protobuf:"varint,10,opt,name=done,proto3" json:"done,omitempty"`
	Error         string      `protobuf:"bytes,11,opt,name=error,proto3" json:"error,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ClientEnd) Reset() {
	*x = ClientEnd{}
	mi := &file_conformance_proto_msgTypes[31]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ClientEnd) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ClientEnd) ProtoMessage() {}

func (x *ClientEnd) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[31]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ClientEnd.ProtoReflect.Descriptor instead.
func (*ClientEnd) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{31}
}

func (x *ClientEnd) GetContext() *SpanContext {
	if x != nil {
		return x.Context
	}
	return nil
}

func (x *ClientEnd) GetReceived() uint32 {
	if x != nil {
		return x.Received
	}
	return 0
}

func (x *ClientEnd) GetSent() uint32 {
	if x != nil {
		return x.Sent
	}
	return 0
}

func (x *ClientEnd) GetReached() uint32 {
	if x != nil {
		return x.Reached
	}
	return 0
}

func (x *ClientEnd) GetOverAt() uint32 {
	if x != nil && x.OverAt != nil {
		return *x.OverAt
	}
	return 0
}

func (x *ClientEnd) GetCode() uint32 {
	if x != nil && x.Code != nil {
		return *x.Code
	}
	return 0
}

func (x *ClientEnd) GetMessage() string {
	if x != nil {
		return x.Message
	}
	return ""
}

func (x *ClientEnd) GetHeaders() []*Metadata {
	if x != nil {
		return x.Headers
	}
	return nil
}

func (x *ClientEnd) GetTrailers() []*Metadata {
	if x != nil {
		return x.Trailers
	}
	return nil
}

func (x *ClientEnd) GetDone() bool {
	if x != nil {
		return x.Done
	}
	return false
}

func (x *ClientEnd) GetError() string {
	if x != nil {
		return x.Error
	}
	return ""
}

type SpanContext struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Lowercase hexadecimal, 32 and 16 digits.
	TraceId       string `protobuf:"bytes,1,opt,name=trace_id,json=traceId,proto3" json:"trace_id,omitempty"`
	SpanId        string `protobuf:"bytes,2,opt,name=span_id,json=spanId,proto3" json:"span_id,omitempty"`
	Flags         uint32 `protobuf:"varint,3,opt,name=flags,proto3" json:"flags,omitempty"`
	TraceState    string `protobuf:"bytes,4,opt,name=trace_state,json=traceState,proto3" json:"trace_state,omitempty"`
	Remote        bool   `protobuf:"varint,5,opt,name=remote,proto3" json:"remote,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *SpanContext) Reset() {
	*x = SpanContext{}
	mi := &file_conformance_proto_msgTypes[32]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *SpanContext) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*SpanContext) ProtoMessage() {}

func (x *SpanContext) ProtoReflect() protoreflect.Message {
	mi := &file_conformance_proto_msgTypes[32]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use SpanContext.ProtoReflect.Descriptor instead.
func (*SpanContext) Descriptor() ([]byte, []int) {
	return file_conformance_proto_rawDescGZIP(), []int{32}
}

func (x *SpanContext) GetTraceId() string {
	if x != nil {
		return x.TraceId
	}
	return ""
}

func (x *SpanContext) GetSpanId() string {
	if x != nil {
		return x.SpanId
	}
	return ""
}

func (x *SpanContext) GetFlags() uint32 {
	if x != nil {
		return x.Flags
	}
	return 0
}

func (x *SpanContext) GetTraceState() string {
	if x != nil {
		return x.TraceState
	}
	return ""
}

func (x *SpanContext) GetRemote() bool {
	if x != nil {
		return x.Remote
	}
	return false
}

var File_conformance_proto protoreflect.FileDescriptor

const file_conformance_proto_rawDesc = "" +
	"\n" +
	"\x11conformance.proto\x12\x0econformance.v1\"\x1d\n" +
	"\aMessage\x12\x12\n" +
	"\x04body\x18\x01 \x01(\fR\x04body\"~\n" +
	"\x06Script\x12\x12\n" +
	"\x04call\x18\x01 \x01(\tR\x04call\x120\n" +
	"\x05steps\x18\x02 \x03(\v2\x1a.conformance.v1.ServerStepR\x05steps\x12.\n" +
	"\x13journal_in_trailers\x18\x03 \x01(\bR\x11journalInTrailers\"\x94\x05\n" +
	"\x04Call\x12\x0e\n" +
	"\x02id\x18\x01 \x01(\tR\x02id\x12+\n" +
	"\x05shape\x18\x02 \x01(\x0e2\x15.conformance.v1.ShapeR\x05shape\x12\x16\n" +
	"\x06method\x18\x03 \x01(\tR\x06method\x12\x0e\n" +
	"\x02to\x18\x04 \x01(\tR\x02to\x124\n" +
	"\bmetadata\x18\x05 \x03(\v2\x18.conformance.v1.MetadataR\bmetadata\x12\x1f\n" +
	"\vdeadline_ms\x18\x06 \x01(\rR\n" +
	"deadlineMs\x12=\n" +
	"\vcompression\x18\a \x01(\x0e2\x1b.conformance.v1.CompressionR\vcompression\x12\x14\n" +
	"\x05style\x18\b \x01(\tR\x05style\x125\n" +
	"\acontext\x18\t \x01(\x0e2\x1b.conformance.v1.CallContextR\acontext\x12\x14\n" +
	"\x05saved\x18\n" +
	" \x01(\tR\x05saved\x12:\n" +
	"\n" +
	"forwarding\x18\v \x01(\x0e2\x1a.conformance.v1.ForwardingR\n" +
	"forwarding\x12!\n" +
	"\fmax_attempts\x18\f \x01(\rR\vmaxAttempts\x120\n" +
	"\x05steps\x18\r \x03(\v2\x1a.conformance.v1.ClientStepR\x05steps\x122\n" +
	"\x06server\x18\x0e \x03(\v2\x1a.conformance.v1.ServerStepR\x06server\x129\n" +
	"\ron_completion\x18\x0f \x03(\v2\x14.conformance.v1.CallR\fonCompletion\x12.\n" +
	"\x13journal_in_trailers\x18\x10 \x01(\bR\x11journalInTrailers\"2\n" +
	"\bMetadata\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value\"\xff\x04\n" +
	"\n" +
	"ClientStep\x12*\n" +
	"\x04send\x18\x01 \x01(\v2\x14.conformance.v1.SendH\x00R\x04send\x12:\n" +
	"\n" +
	"half_close\x18\x02 \x01(\v2\x19.conformance.v1.HalfCloseH\x00R\thalfClose\x123\n" +
	"\areceive\x18\x03 \x01(\v2\x17.conformance.v1.ReceiveH\x00R\areceive\x12C\n" +
	"\rawait_headers\x18\x04 \x01(\v2\x1c.conformance.v1.AwaitHeadersH\x00R\fawaitHeaders\x127\n" +
	"\tawait_end\x18\x05 \x01(\v2\x18.conformance.v1.AwaitEndH\x00R\bawaitEnd\x12-\n" +
	"\x05pause\x18\x06 \x01(\v2\x15.conformance.v1.PauseH\x00R\x05pause\x12-\n" +
	"\x05await\x18\a \x01(\v2\x15.conformance.v1.AwaitH\x00R\x05await\x12-\n" +
	"\x05raise\x18\b \x01(\v2\x15.conformance.v1.RaiseH\x00R\x05raise\x120\n" +
	"\x06cancel\x18\t \x01(\v2\x16.conformance.v1.CancelH\x00R\x06cancel\x12*\n" +
	"\x04drop\x18\n" +
	" \x01(\v2\x14.conformance.v1.DropH\x00R\x04drop\x127\n" +
	"\twalk_away\x18\v \x01(\v2\x18.conformance.v1.WalkAwayH\x00R\bwalkAway\x12*\n" +
	"\x04wire\x18\f \x01(\v2\x14.conformance.v1.WireH\x00R\x04wireB\x06\n" +
	"\x04step\"\xfc\x06\n" +
	"\n" +
	"ServerStep\x123\n" +
	"\areceive\x18\x01 \x01(\v2\x17.conformance.v1.ReceiveH\x00R\areceive\x12@\n" +
	"\fsend_headers\x18\x02 \x01(\v2\x1b.conformance.v1.SendHeadersH\x00R\vsendHeaders\x12*\n" +
	"\x04send\x18\x03 \x01(\v2\x14.conformance.v1.SendH\x00R\x04send\x12-\n" +
	"\x05pause\x18\x04 \x01(\v2\x15.conformance.v1.PauseH\x00R\x05pause\x12I\n" +
	"\x0fawait_cancelled\x18\x05 \x01(\v2\x1e.conformance.v1.AwaitCancelledH\x00R\x0eawaitCancelled\x12-\n" +
	"\x05await\x18\x06 \x01(\v2\x15.conformance.v1.AwaitH\x00R\x05await\x12-\n" +
	"\x05raise\x18\a \x01(\v2\x15.conformance.v1.RaiseH\x00R\x05raise\x12*\n" +
	"\x04span\x18\b \x01(\v2\x14.conformance.v1.SpanH\x00R\x04span\x123\n" +
	"\abaggage\x18\t \x01(\v2\x17.conformance.v1.BaggageH\x00R\abaggage\x126\n" +
	"\bannotate\x18\n" +
	" \x01(\v2\x18.conformance.v1.AnnotateH\x00R\bannotate\x12@\n" +
	"\fsave_context\x18\v \x01(\v2\x1b.conformance.v1.SaveContextH\x00R\vsaveContext\x12-\n" +
	"\x05calls\x18\f \x01(\v2\x15.conformance.v1.CallsH\x00R\x05calls\x12$\n" +
	"\x02on\x18\r \x01(\v2\x12.conformance.v1.OnH\x00R\x02on\x12:\n" +
	"\n" +
	"on_attempt\x18\x0e \x01(\v2\x19.conformance.v1.OnAttemptH\x00R\tonAttempt\x12'\n" +
	"\x03end\x18\x0f \x01(\v2\x13.conformance.v1.EndH\x00R\x03end\x12*\n" +
	"\x04fail\x18\x10 \x01(\v2\x14.conformance.v1.FailH\x00R\x04fail\x12*\n" +
	"\x04wire\x18\x11 \x01(\v2\x14.conformance.v1.WireH\x00R\x04wireB\x06\n" +
	"\x04step\"B\n" +
	"\x04Send\x12\x14\n" +
	"\x05count\x18\x01 \x01(\rR\x05count\x12\x12\n" +
	"\x04size\x18\x02 \x01(\rR\x04size\x12\x10\n" +
	"\x03cut\x18\x03 \x01(\rR\x03cut\"\v\n" +
	"\tHalfClose\"\x1f\n" +
	"\aReceive\x12\x14\n" +
	"\x05count\x18\x01 \x01(\rR\x05count\"\x0e\n" +
	"\fAwaitHeaders\"\n" +
	"\n" +
	"\bAwaitEnd\"\x17\n" +
	"\x05Pause\x12\x0e\n" +
	"\x02ms\x18\x01 \x01(\rR\x02ms\"\x1f\n" +
	"\x05Await\x12\x16\n" +
	"\x06signal\x18\x01 \x01(\tR\x06signal\"\x1f\n" +
	"\x05Raise\x12\x16\n" +
	"\x06signal\x18\x01 \x01(\tR\x06signal\"\b\n" +
	"\x06Cancel\"\x06\n" +
	"\x04Drop\"\n" +
	"\n" +
	"\bWalkAway\"C\n" +
	"\vSendHeaders\x124\n" +
	"\bmetadata\x18\x01 \x03(\v2\x18.conformance.v1.MetadataR\bmetadata\"\x10\n" +
	"\x0eAwaitCancelled\"h\n" +
	"\x04Span\x12\x12\n" +
	"\x04name\x18\x01 \x01(\tR\x04name\x120\n" +
	"\x05steps\x18\x02 \x03(\v2\x1a.conformance.v1.ServerStepR\x05steps\x12\x1a\n" +
	"\boutlives\x18\x03 \x01(\bR\boutlives\"1\n" +
	"\aBaggage\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value\"l\n" +
	"\bAnnotate\x128\n" +
	"\n" +
	"attributes\x18\x01 \x03(\v2\x18.conformance.v1.MetadataR\n" +
	"attributes\x12\x16\n" +
	"\x06events\x18\x02 \x03(\tR\x06events\x12\x0e\n" +
	"\x02ok\x18\x03 \x01(\bR\x02ok\"!\n" +
	"\vSaveContext\x12\x12\n" +
	"\x04name\x18\x01 \x01(\tR\x04name\"S\n" +
	"\x05Calls\x12*\n" +
	"\x05calls\x18\x01 \x03(\v2\x14.conformance.v1.CallR\x05calls\x12\x1e\n" +
	"\n" +
	"concurrent\x18\x02 \x01(\bR\n" +
	"concurrent\"J\n" +
	"\x02On\x12\x12\n" +
	"\x04call\x18\x01 \x01(\tR\x04call\x120\n" +
	"\x05steps\x18\x02 \x03(\v2\x1a.conformance.v1.ClientStepR\x05steps\"U\n" +
	"\tOnAttempt\x12\x16\n" +
	"\x06number\x18\x01 \x01(\rR\x06number\x120\n" +
	"\x05steps\x18\x02 \x03(\v2\x1a.conformance.v1.ServerStepR\x05steps\"\x95\x01\n" +
	"\x03End\x12\x12\n" +
	"\x04code\x18\x01 \x01(\rR\x04code\x12\x18\n" +
	"\amessage\x18\x02 \x01(\tR\amessage\x12\x18\n" +
	"\adetails\x18\x03 \x01(\fR\adetails\x124\n" +
	"\btrailers\x18\x04 \x03(\v2\x18.conformance.v1.MetadataR\btrailers\x12\x10\n" +
	"\x03via\x18\x05 \x01(\tR\x03via\"2\n" +
	"\x04Fail\x12\x10\n" +
	"\x03how\x18\x01 \x01(\tR\x03how\x12\x18\n" +
	"\amessage\x18\x02 \x01(\tR\amessage\"\xdb\x01\n" +
	"\x04Wire\x12\x16\n" +
	"\x05reset\x18\x01 \x01(\rH\x00R\x05reset\x12\x18\n" +
	"\x06goaway\x18\x02 \x01(\bH\x00R\x06goaway\x12 \n" +
	"\n" +
	"disconnect\x18\x03 \x01(\bH\x00R\n" +
	"disconnect\x12\x1f\n" +
	"\n" +
	"raw_status\x18\x04 \x01(\tH\x00R\trawStatus\x12!\n" +
	"\vhttp_status\x18\x05 \x01(\rH\x00R\n" +
	"httpStatus\x12\x14\n" +
	"\x04data\x18\x06 \x01(\fH\x00R\x04data\x12\x1d\n" +
	"\tlast_data\x18\a \x01(\fH\x00R\blastDataB\x06\n" +
	"\x04kind\"\x83\x01\n" +
	"\aJournal\x12\x12\n" +
	"\x04call\x18\x01 \x01(\tR\x04call\x121\n" +
	"\x06server\x18\x02 \x03(\v2\x19.conformance.v1.ServerEndR\x06server\x121\n" +
	"\x06client\x18\x03 \x01(\v2\x19.conformance.v1.ClientEndR\x06client\"\xd1\x03\n" +
	"\tServerEnd\x124\n" +
	"\bmetadata\x18\x01 \x03(\v2\x18.conformance.v1.MetadataR\bmetadata\x12$\n" +
	"\vdeadline_ms\x18\x02 \x01(\rH\x00R\n" +
	"deadlineMs\x88\x01\x01\x125\n" +
	"\acontext\x18\x03 \x01(\v2\x1b.conformance.v1.SpanContextR\acontext\x122\n" +
	"\abaggage\x18\x04 \x03(\v2\x18.conformance.v1.MetadataR\abaggage\x12\x1a\n" +
	"\breceived\x18\x05 \x01(\rR\breceived\x12\x12\n" +
	"\x04sent\x18\x06 \x01(\rR\x04sent\x12\x18\n" +
	"\areached\x18\a \x01(\rR\areached\x12\x1c\n" +
	"\aover_at\x18\b \x01(\rH\x01R\x06overAt\x88\x01\x01\x12\x1c\n" +
	"\tcancelled\x18\t \x01(\bR\tcancelled\x12\x12\n" +
	"\x04done\x18\n" +
	" \x01(\bR\x04done\x12\x14\n" +
	"\x05error\x18\v \x01(\tR\x05error\x121\n" +
	"\x05spans\x18\f \x03(\v2\x1b.conformance.v1.SpanContextR\x05spansB\x0e\n" +
	"\f_deadline_msB\n" +
	"\n" +
	"\b_over_at\"\x86\x03\n" +
	"\tClientEnd\x125\n" +
	"\acontext\x18\x01 \x01(\v2\x1b.conformance.v1.SpanContextR\acontext\x12\x1a\n" +
	"\breceived\x18\x02 \x01(\rR\breceived\x12\x12\n" +
	"\x04sent\x18\x03 \x01(\rR\x04sent\x12\x18\n" +
	"\areached\x18\x04 \x01(\rR\areached\x12\x1c\n" +
	"\aover_at\x18\x05 \x01(\rH\x00R\x06overAt\x88\x01\x01\x12\x17\n" +
	"\x04code\x18\x06 \x01(\rH\x01R\x04code\x88\x01\x01\x12\x18\n" +
	"\amessage\x18\a \x01(\tR\amessage\x122\n" +
	"\aheaders\x18\b \x03(\v2\x18.conformance.v1.MetadataR\aheaders\x124\n" +
	"\btrailers\x18\t \x03(\v2\x18.conformance.v1.MetadataR\btrailers\x12\x12\n" +
	"\x04done\x18\n" +
	" \x01(\bR\x04done\x12\x14\n" +
	"\x05error\x18\v \x01(\tR\x05errorB\n" +
	"\n" +
	"\b_over_atB\a\n" +
	"\x05_code\"\x90\x01\n" +
	"\vSpanContext\x12\x19\n" +
	"\btrace_id\x18\x01 \x01(\tR\atraceId\x12\x17\n" +
	"\aspan_id\x18\x02 \x01(\tR\x06spanId\x12\x14\n" +
	"\x05flags\x18\x03 \x01(\rR\x05flags\x12\x1f\n" +
	"\vtrace_state\x18\x04 \x01(\tR\n" +
	"traceState\x12\x16\n" +
	"\x06remote\x18\x05 \x01(\bR\x06remote*B\n" +
	"\x05Shape\x12\t\n" +
	"\x05UNARY\x10\x00\x12\x11\n" +
	"\rSERVER_STREAM\x10\x01\x12\x11\n" +
	"\rCLIENT_STREAM\x10\x02\x12\b\n" +
	"\x04BIDI\x10\x03*%\n" +
	"\vCompression\x12\f\n" +
	"\bIDENTITY\x10\x00\x12\b\n" +
	"\x04GZIP\x10\x01*/\n" +
	"\vCallContext\x12\v\n" +
	"\aCURRENT\x10\x00\x12\b\n" +
	"\x04NONE\x10\x01\x12\t\n" +
	"\x05SAVED\x10\x02*/\n" +
	"\n" +
	"Forwarding\x12\t\n" +
	"\x05FRESH\x10\x00\x12\v\n" +
	"\aFORWARD\x10\x01\x12\t\n" +
	"\x05REUSE\x10\x022\xd1\x02\n" +
	"\vConformance\x129\n" +
	"\x05Unary\x12\x17.conformance.v1.Message\x1a\x17.conformance.v1.Message\x12B\n" +
	"\fServerStream\x12\x17.conformance.v1.Message\x1a\x17.conformance.v1.Message0\x01\x12B\n" +
	"\fClientStream\x12\x17.conformance.v1.Message\x1a\x17.conformance.v1.Message(\x01\x12<\n" +
	"\x04Bidi\x12\x17.conformance.v1.Message\x1a\x17.conformance.v1.Message(\x010\x01\x12A\n" +
	"\rUnimplemented\x12\x17.conformance.v1.Message\x1a\x17.conformance.v1.Messageb\x06proto3"

var (
	file_conformance_proto_rawDescOnce sync.Once
	file_conformance_proto_rawDescData []byte
)

func file_conformance_proto_rawDescGZIP() []byte {
	file_conformance_proto_rawDescOnce.Do(func() {
		file_conformance_proto_rawDescData = protoimpl.X.CompressGZIP(unsafe.Slice(unsafe.StringData(file_conformance_proto_rawDesc), len(file_conformance_proto_rawDesc)))
	})
	return file_conformance_proto_rawDescData
}

var file_conformance_proto_enumTypes = make([]protoimpl.EnumInfo, 4)
var file_conformance_proto_msgTypes = make([]protoimpl.MessageInfo, 33)
var file_conformance_proto_goTypes = []any{
	(Shape)(0),             // 0: conformance.v1.Shape
	(Compression)(0),       // 1: conformance.v1.Compression
	(CallContext)(0),       // 2: conformance.v1.CallContext
	(Forwarding)(0),        // 3: conformance.v1.Forwarding
	(*Message)(nil),        // 4: conformance.v1.Message
	(*Script)(nil),         // 5: conformance.v1.Script
	(*Call)(nil),           // 6: conformance.v1.Call
	(*Metadata)(nil),       // 7: conformance.v1.Metadata
	(*ClientStep)(nil),     // 8: conformance.v1.ClientStep
	(*ServerStep)(nil),     // 9: conformance.v1.ServerStep
	(*Send)(nil),           // 10: conformance.v1.Send
	(*HalfClose)(nil),      // 11: conformance.v1.HalfClose
	(*Receive)(nil),        // 12: conformance.v1.Receive
	(*AwaitHeaders)(nil),   // 13: conformance.v1.AwaitHeaders
	(*AwaitEnd)(nil),       // 14: conformance.v1.AwaitEnd
	(*Pause)(nil),          // 15: conformance.v1.Pause
	(*Await)(nil),          // 16: conformance.v1.Await
	(*Raise)(nil),          // 17: conformance.v1.Raise
	(*Cancel)(nil),         // 18: conformance.v1.Cancel
	(*Drop)(nil),           // 19: conformance.v1.Drop
	(*WalkAway)(nil),       // 20: conformance.v1.WalkAway
	(*SendHeaders)(nil),    // 21: conformance.v1.SendHeaders
	(*AwaitCancelled)(nil), // 22: conformance.v1.AwaitCancelled
	(*Span)(nil),           // 23: conformance.v1.Span
	(*Baggage)(nil),        // 24: conformance.v1.Baggage
	(*Annotate)(nil),       // 25: conformance.v1.Annotate
	(*SaveContext)(nil),    // 26: conformance.v1.SaveContext
	(*Calls)(nil),          // 27: conformance.v1.Calls
	(*On)(nil),             // 28: conformance.v1.On
	(*OnAttempt)(nil),      // 29: conformance.v1.OnAttempt
	(*End)(nil),            // 30: conformance.v1.End
	(*Fail)(nil),           // 31: conformance.v1.Fail
	(*Wire)(nil),           // 32: conformance.v1.Wire
	(*Journal)(nil),        // 33: conformance.v1.Journal
	(*ServerEnd)(nil),      // 34: conformance.v1.ServerEnd
	(*ClientEnd)(nil),      // 35: conformance.v1.ClientEnd
	(*SpanContext)(nil),    // 36: conformance.v1.SpanContext
}
var file_conformance_proto_depIdxs = []int32{
	9,  // 0: conformance.v1.Script.steps:type_name -> conformance.v1.ServerStep
	0,  // 1: conformance.v1.Call.shape:type_name -> conformance.v1.Shape
	7,  // 2: conformance.v1.Call.metadata:type_name -> conformance.v1.Metadata
	1,  // 3: conformance.v1.Call.compression:type_name -> conformance.v1.Compression
	2,  // 4: conformance.v1.Call.context:type_name -> conformance.v1.CallContext
	3,  // 5: conformance.v1.Call.forwarding:type_name -> conformance.v1.Forwarding
	8,  // 6: conformance.v1.Call.steps:type_name -> conformance.v1.ClientStep
	9,  // 7: conformance.v1.Call.server:type_name -> conformance.v1.ServerStep
	6,  // 8: conformance.v1.Call.on_completion:type_name -> conformance.v1.Call
	10, // 9: conformance.v1.ClientStep.send:type_name -> conformance.v1.Send
	11, // 10: conformance.v1.ClientStep.half_close:type_name -> conformance.v1.HalfClose
	12, // 11: conformance.v1.ClientStep.receive:type_name -> conformance.v1.Receive
	13, // 12: conformance.v1.ClientStep.await_headers:type_name -> conformance.v1.AwaitHeaders
	14, // 13: conformance.v1.ClientStep.await_end:type_name -> conformance.v1.AwaitEnd
	15, // 14: conformance.v1.ClientStep.pause:type_name -> conformance.v1.Pause
	16, // 15: conformance.v1.ClientStep.await:type_name -> conformance.v1.Await
	17, // 16: conformance.v1.ClientStep.raise:type_name -> conformance.v1.Raise
	18, // 17: conformance.v1.ClientStep.cancel:type_name -> conformance.v1.Cancel
	19, // 18: conformance.v1.ClientStep.drop:type_name -> conformance.v1.Drop
	20, // 19: conformance.v1.ClientStep.walk_away:type_name -> conformance.v1.WalkAway
	32, // 20: conformance.v1.ClientStep.wire:type_name -> conformance.v1.Wire
	12, // 21: conformance.v1.ServerStep.receive:type_name -> conformance.v1.Receive
	21, // 22: conformance.v1.ServerStep.send_headers:type_name -> conformance.v1.SendHeaders
	10, // 23: conformance.v1.ServerStep.send:type_name -> conformance.v1.Send
	15, // 24: conformance.v1.ServerStep.pause:type_name -> conformance.v1.Pause
	22, // 25: conformance.v1.ServerStep.await_cancelled:type_name -> conformance.v1.AwaitCancelled
	16, // 26: conformance.v1.ServerStep.await:type_name -> conformance.v1.Await
	17, // 27: conformance.v1.ServerStep.raise:type_name -> conformance.v1.Raise
	23, // 28: conformance.v1.ServerStep.span:type_name -> conformance.v1.Span
	24, // 29: conformance.v1.ServerStep.baggage:type_name -> conformance.v1.Baggage
	25, // 30: conformance.v1.ServerStep.annotate:type_name -> conformance.v1.Annotate
	26, // 31: conformance.v1.ServerStep.save_context:type_name -> conformance.v1.SaveContext
	27, // 32: conformance.v1.ServerStep.calls:type_name -> conformance.v1.Calls
	28, // 33: conformance.v1.ServerStep.on:type_name -> conformance.v1.On
	29, // 34: conformance.v1.ServerStep.on_attempt:type_name -> conformance.v1.OnAttempt
	30, // 35: conformance.v1.ServerStep.end:type_name -> conformance.v1.End
	31, // 36: conformance.v1.ServerStep.fail:type_name -> conformance.v1.Fail
	32, // 37: conformance.v1.ServerStep.wire:type_name -> conformance.v1.Wire
	7,  // 38: conformance.v1.SendHeaders.metadata:type_name -> conformance.v1.Metadata
	9,  // 39: conformance.v1.Span.steps:type_name -> conformance.v1.ServerStep
	7,  // 40: conformance.v1.Annotate.attributes:type_name -> conformance.v1.Metadata
	6,  // 41: conformance.v1.Calls.calls:type_name -> conformance.v1.Call
	8,  // 42: conformance.v1.On.steps:type_name -> conformance.v1.ClientStep
	9,  // 43: conformance.v1.OnAttempt.steps:type_name -> conformance.v1.ServerStep
	7,  // 44: conformance.v1.End.trailers:type_name -> conformance.v1.Metadata
	34, // 45: conformance.v1.Journal.server:type_name -> conformance.v1.ServerEnd
	35, // 46: conformance.v1.Journal.client:type_name -> conformance.v1.ClientEnd
	7,  // 47: conformance.v1.ServerEnd.metadata:type_name -> conformance.v1.Metadata
	36, // 48: conformance.v1.ServerEnd.context:type_name -> conformance.v1.SpanContext
	7,  // 49: conformance.v1.ServerEnd.baggage:type_name -> conformance.v1.Metadata
	36, // 50: conformance.v1.ServerEnd.spans:type_name -> conformance.v1.SpanContext
	36, // 51: conformance.v1.ClientEnd.context:type_name -> conformance.v1.SpanContext
	7,  // 52: conformance.v1.ClientEnd.headers:type_name -> conformance.v1.Metadata
	7,  // 53: conformance.v1.ClientEnd.trailers:type_name -> conformance.v1.Metadata
	4,  // 54: conformance.v1.Conformance.Unary:input_type -> conformance.v1.Message
	4,  // 55: conformance.v1.Conformance.ServerStream:input_type -> conformance.v1.Message
	4,  // 56: conformance.v1.Conformance.ClientStream:input_type -> conformance.v1.Message
	4,  // 57: conformance.v1.Conformance.Bidi:input_type -> conformance.v1.Message
	4,  // 58: conformance.v1.Conformance.Unimplemented:input_type -> conformance.v1.Message
	4,  // 59: conformance.v1.Conformance.Unary:output_type -> conformance.v1.Message
	4,  // 60: conformance.v1.Conformance.ServerStream:output_type -> conformance.v1.Message
	4,  // 61: conformance.v1.Conformance.ClientStream:output_type -> conformance.v1.Message
	4,  // 62: conformance.v1.Conformance.Bidi:output_type -> conformance.v1.Message
	4,  // 63: conformance.v1.Conformance.Unimplemented:output_type -> conformance.v1.Message
	59, // [59:64] is the sub-list for method output_type
	54, // [54:59] is the sub-list for method input_type
	54, // [54:54] is the sub-list for extension type_name
	54, // [54:54] is the sub-list for extension extendee
	0,  // [0:54] is the sub-list for field type_name
}

func init() { file_conformance_proto_init() }
func file_conformance_proto_init() {
	if File_conformance_proto != nil {
		return
	}
	file_conformance_proto_msgTypes[4].OneofWrappers = []any{
		(*ClientStep_Send)(nil),
		(*ClientStep_HalfClose)(nil),
		(*ClientStep_Receive)(nil),
		(*ClientStep_AwaitHeaders)(nil),
		(*ClientStep_AwaitEnd)(nil),
		(*ClientStep_Pause)(nil),
		(*ClientStep_Await)(nil),
		(*ClientStep_Raise)(nil),
		(*ClientStep_Cancel)(nil),
		(*ClientStep_Drop)(nil),
		(*ClientStep_WalkAway)(nil),
		(*ClientStep_Wire)(nil),
	}
	file_conformance_proto_msgTypes[5].OneofWrappers = []any{
		(*ServerStep_Receive)(nil),
		(*ServerStep_SendHeaders)(nil),
		(*ServerStep_Send)(nil),
		(*ServerStep_Pause)(nil),
		(*ServerStep_AwaitCancelled)(nil),
		(*ServerStep_Await)(nil),
		(*ServerStep_Raise)(nil),
		(*ServerStep_Span)(nil),
		(*ServerStep_Baggage)(nil),
		(*ServerStep_Annotate)(nil),
		(*ServerStep_SaveContext)(nil),
		(*ServerStep_Calls)(nil),
		(*ServerStep_On)(nil),
		(*ServerStep_OnAttempt)(nil),
		(*ServerStep_End)(nil),
		(*ServerStep_Fail)(nil),
		(*ServerStep_Wire)(nil),
	}
	file_conformance_proto_msgTypes[28].OneofWrappers = []any{
		(*Wire_Reset_)(nil),
		(*Wire_Goaway)(nil),
		(*Wire_Disconnect)(nil),
		(*Wire_RawStatus)(nil),
		(*Wire_HttpStatus)(nil),
		(*Wire_Data)(nil),
		(*Wire_LastData)(nil),
	}
	file_conformance_proto_msgTypes[30].OneofWrappers = []any{}
	file_conformance_proto_msgTypes[31].OneofWrappers = []any{}
	type x struct{}
	out := protoimpl.TypeBuilder{
		File: protoimpl.DescBuilder{
			GoPackagePath: reflect.TypeOf(x{}).PkgPath(),
			RawDescriptor: unsafe.Slice(unsafe.StringData(file_conformance_proto_rawDesc), len(file_conformance_proto_rawDesc)),
			NumEnums:      4,
			NumMessages:   33,
			NumExtensions: 0,
			NumServices:   1,
		},
		GoTypes:           file_conformance_proto_goTypes,
		DependencyIndexes: file_conformance_proto_depIdxs,
		EnumInfos:         file_conformance_proto_enumTypes,
		MessageInfos:      file_conformance_proto_msgTypes,
	}.Build()
	File_conformance_proto = out.File
	file_conformance_proto_goTypes = nil
	file_conformance_proto_depIdxs = nil
}
