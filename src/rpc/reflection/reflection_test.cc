#include "rpc/reflection/reflection.h"

#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "grpc/reflection/v1/reflection.pb.h"
#include "http/testing/memory_exchange.h"
#include "rpc/envelope.h"
#include "rpc/testing/stream_service.h"

namespace florin::rpc {
namespace {

using ::grpc::reflection::v1::ServerReflectionRequest;
using ::grpc::reflection::v1::ServerReflectionResponse;

class ReflectionTest : public ::testing::Test {
 protected:
  ReflectionTest() : reflection(router) {
    mount(router, service);
    reflection.mount_on(router);
  }

  // v1 and v1alpha have the same bytes.
  std::vector<ServerReflectionResponse> ask(const std::vector<ServerReflectionRequest>& requests,
                                            const std::string& version = "v1") {
    http::RequestHead head{.method = "POST",
                           .path = "/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo"};
    head.http_major = 2;
    head.headers.add("content-type", "application/grpc");
    std::string body;
    for (const auto& request : requests) body += make_envelope(0, request.SerializeAsString());
    http::MemoryExchange exchange(executor, head, body);
    exchange.serve(router);
    EXPECT_EQ(exchange.trailers().get("grpc-status"), "0");
    std::vector<ServerReflectionResponse> out;
    EnvelopeReader reader(1 << 20);
    reader.push(exchange.body());
    while (const auto envelope = reader.next().value()) {
      EXPECT_TRUE(out.emplace_back().ParseFromString(std::string(envelope->payload)));
    }
    return out;
  }
  static std::vector<std::string> files(const ServerReflectionResponse& response) {
    std::vector<std::string> names;
    for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
      google::protobuf::FileDescriptorProto file;
      EXPECT_TRUE(file.ParseFromString(bytes));
      names.push_back(file.name());
    }
    return names;
  }

  http::ManualExecutor executor;
  StreamService service;
  Router router;
  Reflection reflection;
};

using Names = std::vector<std::string>;
const Names echo_files{"florin/rpc/testing/v1/echo.proto", "google/protobuf/any.proto",
                       "google/protobuf/timestamp.proto"};

TEST_F(ReflectionTest, ListsTheServicesOfItsRouter) {
  ServerReflectionRequest request;
  request.set_list_services("");
  for (const char* version : {"v1", "v1alpha"}) {
    const auto answers = ask({request}, version);
    Names names;
    for (const auto& one : answers.at(0).list_services_response().service()) names.push_back(one.name());
    EXPECT_EQ(names, (Names{"florin.rpc.testing.v1.EchoService", "grpc.reflection.v1.ServerReflection",
                            "grpc.reflection.v1alpha.ServerReflection"}));
  }
}

TEST_F(ReflectionTest, GivesAFileWithItsImportsOnce) {
  ServerReflectionRequest by_symbol;
  by_symbol.set_host("here");
  by_symbol.set_file_containing_symbol("florin.rpc.testing.v1.EchoService.Chat");
  ServerReflectionRequest by_name;
  by_name.set_file_by_filename("florin/rpc/testing/v1/echo.proto");
  const auto answers = ask({by_symbol, by_name});
  EXPECT_EQ(files(answers.at(0)), echo_files);
  EXPECT_EQ(answers[0].valid_host(), "here");
  EXPECT_EQ(answers[0].original_request().host(), "here");
  EXPECT_EQ(files(answers.at(1)), Names{echo_files.front()});
}

TEST_F(ReflectionTest, TellsOfNothingThatIsNotServed) {
  std::vector<ServerReflectionRequest> requests(5);
  requests[0].set_file_by_filename("google/protobuf/struct.proto");  // linked in, and not imported by a service
  requests[1].set_file_containing_symbol("florin.rpc.testing.v1.Nope");
  requests[2].mutable_file_containing_extension()->set_containing_type("florin.rpc.testing.v1.Inner");
  requests[3].set_all_extension_numbers_of_type("google.protobuf.Struct");
  const auto answers = ask(requests);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(answers.at(i).error_response().error_code(), 5) << i;
  EXPECT_EQ(answers.at(4).error_response().error_code(), 3);
}

TEST_F(ReflectionTest, KnowsThatAMessageHasNoExtensions) {
  ServerReflectionRequest request;
  request.set_all_extension_numbers_of_type("florin.rpc.testing.v1.Inner");
  const auto answers = ask({request});
  EXPECT_EQ(answers.at(0).all_extension_numbers_response().base_type_name(), "florin.rpc.testing.v1.Inner");
  EXPECT_EQ(answers[0].all_extension_numbers_response().extension_number_size(), 0);
}

}  // namespace
}  // namespace florin::rpc
