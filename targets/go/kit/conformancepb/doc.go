// Package conformancepb is the contract, generated from proto/conformance.proto.
package conformancepb

//go:generate go -C gen run . ../../../../../proto ..
