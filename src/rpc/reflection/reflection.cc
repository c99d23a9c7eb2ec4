#include "rpc/reflection/reflection.h"

#include <google/protobuf/descriptor.pb.h>

#include <set>

#include "grpc/reflection/v1/reflection.connect.h"
#include "grpc/reflection/v1alpha/reflection.connect.h"
#include "rpc/reflection/served_files.h"

namespace florin::rpc {
namespace {

namespace v1 = ::grpc::reflection::v1;
namespace v1alpha = ::grpc::reflection::v1alpha;
using google::protobuf::FileDescriptor;

// One stream of questions. Both versions have the same messages under different names.
template <class Request, class Response>
class Answers {
 public:
  explicit Answers(const Router& router) : served_(router) {}

  Response answer(const Request& request) {
    Response response;
    response.set_valid_host(request.host());
    *response.mutable_original_request() = request;
    switch (request.message_request_case()) {
      case Request::kFileByFilename:
        add_files(response, served_.by_name(request.file_by_filename()), request.file_by_filename());
        break;
      case Request::kFileContainingSymbol:
        add_files(response, served_.by_symbol(request.file_containing_symbol()), request.file_containing_symbol());
        break;
      case Request::kFileContainingExtension: {
        const auto& wanted = request.file_containing_extension();
        add_files(response, served_.by_extension(wanted.containing_type(), wanted.extension_number()),
                  wanted.containing_type());
        break;
      }
      case Request::kAllExtensionNumbersOfType:
        add_extensions(response, request.all_extension_numbers_of_type());
        break;
      case Request::kListServices:
        for (const std::string& name : served_.services()) {
          response.mutable_list_services_response()->add_service()->set_name(name);
        }
        break;
      case Request::MESSAGE_REQUEST_NOT_SET:
        add_error(response, Code::invalid_argument, "The request asks for nothing.");
        break;
    }
    return response;
  }

 private:
  static void add_error(Response& response, Code code, std::string message) {
    response.mutable_error_response()->set_error_code(static_cast<int>(code));
    response.mutable_error_response()->set_error_message(std::move(message));
  }

  // The file and its imports, without those that the stream has brought already.
  void add_files(Response& response, const FileDescriptor* file, const std::string& wanted) {
    if (file == nullptr)
      return add_error(response, Code::not_found, "This server serves nothing by the name " + wanted);
    sent_.erase(file);
    add_file(*response.mutable_file_descriptor_response(), *file);
  }
  template <class Files>
  void add_file(Files& files, const FileDescriptor& file) {
    if (!sent_.insert(&file).second) return;
    google::protobuf::FileDescriptorProto proto;
    file.CopyTo(&proto);
    file.CopyJsonNameTo(&proto);
    files.add_file_descriptor_proto(proto.SerializeAsString());
    for (int i = 0; i < file.dependency_count(); ++i) add_file(files, *file.dependency(i));
  }

  void add_extensions(Response& response, const std::string& message) {
    const auto extensions = served_.extensions(message);
    if (!extensions.known) {
      return add_error(response, Code::not_found, "This server serves no message by the name " + message);
    }
    auto& numbers = *response.mutable_all_extension_numbers_response();
    numbers.set_base_type_name(message);
    for (const int number : extensions.numbers) numbers.add_extension_number(number);
  }

  const ServedFiles served_;
  std::set<const FileDescriptor*> sent_;
};

template <class Handler, class Request, class Response>
class ReflectionService final : public Handler {
 public:
  explicit ReflectionService(const Router& router) : router_(router) {}

  Task<Status> server_reflection_info(Receiver<Request>& requests, Sender<Response>& responses, Context&) override {
    Answers<Request, Response> answers(router_);
    for (;;) {
      auto request = co_await requests.receive();
      if (!request.ok()) co_return std::move(request).error();
      if (!*request) co_return ok();
      Status sent = co_await responses.send(answers.answer(**request));
      if (!sent.ok()) co_return sent;
    }
  }

 private:
  const Router& router_;
};

}  // namespace

struct Reflection::Services {
  explicit Services(const Router& router) : stable(router), alpha(router) {}
  ReflectionService<v1::ServerReflectionHandler, v1::ServerReflectionRequest, v1::ServerReflectionResponse> stable;
  ReflectionService<v1alpha::ServerReflectionHandler, v1alpha::ServerReflectionRequest,
                    v1alpha::ServerReflectionResponse>
      alpha;
};

Reflection::Reflection(const Router& router) : services_(std::make_unique<Services>(router)) {}

Reflection::~Reflection() = default;

void Reflection::mount_on(Router& router) {
  v1::mount(router, services_->stable);
  v1alpha::mount(router, services_->alpha);
}

}  // namespace florin::rpc
