// Command gen writes the Go code of the contract: it compiles conformance.proto without protoc, and hands it to the
// two protoc plugins that this module's go.mod pins.
//
//	go run . <folder of conformance.proto> <folder to write to>
package main

import (
	"bytes"
	"context"
	"log"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

const (
	file   = "conformance.proto"
	mapped = "M" + file + "=conformance.example/go/kit/conformancepb"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: gen <folder of " + file + "> <folder to write to>")
	}
	from, to := os.Args[1], os.Args[2]
	compiler := protocompile.Compiler{
		Resolver:       &protocompile.SourceResolver{ImportPaths: []string{from}},
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	files, err := compiler.Compile(context.Background(), file)
	if err != nil {
		log.Fatal(err)
	}
	for _, plugin := range []string{"protoc-gen-go", "protoc-gen-go-grpc"} {
		if err := run(plugin, protoutil.ProtoFromFileDescriptor(files[0]), to); err != nil {
			log.Fatalf("%s: %v", plugin, err)
		}
	}
}

func run(plugin string, contract *descriptorpb.FileDescriptorProto, to string) error {
	request, err := proto.Marshal(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: []string{file},
		Parameter:      proto.String("paths=source_relative," + mapped),
		ProtoFile:      []*descriptorpb.FileDescriptorProto{contract},
	})
	if err != nil {
		return err
	}
	command := exec.Command("go", "tool", plugin)
	command.Stdin, command.Stderr = bytes.NewReader(request), os.Stderr
	output, err := command.Output()
	if err != nil {
		return err
	}
	var response pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(output, &response); err != nil {
		return err
	}
	if response.Error != nil {
		log.Fatal(response.GetError())
	}
	for _, f := range response.File {
		if err := os.WriteFile(filepath.Join(to, f.GetName()), []byte(f.GetContent()), 0o644); err != nil {
			return err
		}
	}
	return nil
}
