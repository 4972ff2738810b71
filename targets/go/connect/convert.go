package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"connectrpc.com/connect"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

const binary = "-bin"

// read turns HTTP headers into metadata, as gRPC for Go gives it to programs.
func read(header http.Header) metadata.MD {
	md := metadata.MD{}
	for key, values := range header {
		key = strings.ToLower(key)
		if key == "host" { // where Connect puts it
			key = ":authority"
		}
		for _, value := range values {
			if strings.HasSuffix(key, binary) {
				raw, err := connect.DecodeBinaryHeader(value)
				if err != nil {
					continue
				}
				value = string(raw)
			}
			md.Append(key, value)
		}
	}
	return md
}

// add turns metadata into HTTP headers.
func add(header http.Header, md metadata.MD) {
	for key, values := range md {
		for _, value := range values {
			if strings.HasSuffix(key, binary) {
				value = connect.EncodeBinaryHeader([]byte(value))
			}
			header.Add(key, value)
		}
	}
}

// asStatus turns an error of Connect into one of gRPC for Go.
func asStatus(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	if failure := new(connect.Error); errors.As(err, &failure) {
		return status.Error(codes.Code(failure.Code()), failure.Message())
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return status.FromContextError(err).Err()
	}
	return status.Error(codes.Unavailable, err.Error())
}

const detailsKey = "grpc-status-details-bin"

// asConnect turns a status of gRPC for Go into an error of Connect; false if the error is no status.
func asConnect(err error) (*connect.Error, bool) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		err = status.FromContextError(err).Err()
	}
	given, ok := status.FromError(err)
	if !ok {
		return nil, false
	}
	return connect.NewError(connect.Code(given.Code()), errors.New(given.Message())), true
}

// withDetails gives an error the details that trailers carry for gRPC for Go. Connect writes that trailer by itself.
func withDetails(failure *connect.Error, trailer metadata.MD) error {
	for _, raw := range trailer[detailsKey] {
		details := &spb.Status{}
		if err := proto.Unmarshal([]byte(raw), details); err != nil {
			return err
		}
		for _, detail := range details.Details {
			made, err := connect.NewErrorDetail(detail)
			if err != nil {
				return err
			}
			failure.AddDetail(made)
		}
	}
	return nil
}
