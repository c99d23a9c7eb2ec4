// bench_rpc_grpc: the same service on Debian's gRPC C++, by its callback interface. Prints its port.
#include <florin/bench/v1/echo.grpc.pb.h>
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <string>

namespace {

namespace v1 = florin::bench::v1;

class Download final : public grpc::ServerWriteReactor<v1::DownloadResponse> {
 public:
  explicit Download(const v1::DownloadRequest& request) : left_(request.messages()) {
    response_.set_payload(std::string(request.bytes(), 'x'));
    write();
  }
  void OnWriteDone(bool written) override {
    if (!written) left_ = 0;
    write();
  }
  void OnDone() override { delete this; }

 private:
  void write() {
    if (left_ == 0) return Finish(grpc::Status::OK);
    --left_;
    StartWrite(&response_);
  }

  std::uint32_t left_;
  v1::DownloadResponse response_;
};

class EchoPeer final : public v1::EchoService::CallbackService {
 public:
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const v1::EchoRequest* request,
                                 v1::EchoResponse* response) override {
    response->set_payload(request->payload());
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerWriteReactor<v1::DownloadResponse>* Download(grpc::CallbackServerContext*,
                                                           const v1::DownloadRequest* request) override {
    return new ::Download(*request);
  }
};

}  // namespace

int main() {
  EchoPeer service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::printf("%d\n", port);
  std::fflush(stdout);
  server->Wait();
  return 0;
}
