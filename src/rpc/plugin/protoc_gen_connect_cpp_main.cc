// protoc-gen-connect-cpp: for each .proto with services, writes `<path>.connect.h` and `<path>.connect.cc`.
//
// Option `empty_files` (--connect-cpp_opt=empty_files) also writes both files, without content, for a .proto that has
// no service: a build can then name the outputs without reading the .proto.
#include <google/protobuf/compiler/code_generator.h>
#include <google/protobuf/compiler/plugin.h>
#include <google/protobuf/io/zero_copy_stream.h>

#include <memory>
#include <string>

#include "rpc/plugin/names.h"
#include "rpc/plugin/writer.h"

namespace florin::rpc::plugin {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::compiler::GeneratorContext;
using google::protobuf::io::Printer;

class ConnectGenerator : public google::protobuf::compiler::CodeGenerator {
 public:
  std::uint64_t GetSupportedFeatures() const override { return FEATURE_PROTO3_OPTIONAL; }

  bool Generate(const FileDescriptor* file, const std::string& parameter, GeneratorContext* context,
                std::string* error) const override {
    if (!parameter.empty() && parameter != "empty_files") {
      *error = "unknown option \"" + parameter + "\"; the only one is empty_files";
      return false;
    }
    if (file->service_count() == 0 && parameter.empty()) return true;
    const std::string base = without_proto_suffix(file->name());
    write(*context, base + ".connect.h", *file, write_header);
    write(*context, base + ".connect.cc", *file, write_source);
    return true;
  }

 private:
  static void write(GeneratorContext& context, const std::string& path, const FileDescriptor& file,
                    void (*writer)(const FileDescriptor&, Printer&)) {
    const std::unique_ptr<google::protobuf::io::ZeroCopyOutputStream> stream(context.Open(path));
    Printer printer(stream.get(), '$');
    writer(file, printer);
  }
};

}  // namespace
}  // namespace florin::rpc::plugin

int main(int argc, char** argv) {
  const florin::rpc::plugin::ConnectGenerator generator;
  return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}
