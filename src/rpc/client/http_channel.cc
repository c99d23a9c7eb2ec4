#include "rpc/client/http_channel.h"

#include <utility>

#include "rpc/client/client_channel.h"

namespace florin::rpc {
namespace {

class HttpChannel final : public Channel {
 public:
  HttpChannel(std::unique_ptr<http::ClientThread> thread, std::unique_ptr<http::ClientTransport> transport,
              ClientOptions options)
      : thread_(std::move(thread)), transport_(std::move(transport)), client_(*transport_, std::move(options)) {}

  Status unary(const MethodSpec& spec, const google::protobuf::Message& request, google::protobuf::Message& response,
               const CallOptions& call) override {
    return channel_.unary(spec, request, response, call);
  }

 private:
  const std::unique_ptr<http::ClientThread> thread_;
  const std::unique_ptr<http::ClientTransport> transport_;
  Client client_;
  ClientChannel channel_{client_};
};

}  // namespace

Result<std::unique_ptr<Channel>> http_channel(http::ClientTransportOptions transport, ClientOptions options) {
  auto thread = std::make_unique<http::ClientThread>();
  ASSIGN_OR_RETURN(auto connected, http::connect_to(*thread, std::move(transport)));
  return std::unique_ptr<Channel>(
      std::make_unique<HttpChannel>(std::move(thread), std::move(connected), std::move(options)));
}

std::unique_ptr<Channel> http_channel(HttpAddress address, ClientOptions options) {
  http::ClientTransportOptions transport{.host = std::move(address.host), .port = address.port};
  if (options.protocol == ClientProtocol::grpc) transport.version = http::HttpVersion::http_2;
  // Without TLS there is nothing that could be wrong with the options.
  return std::move(http_channel(std::move(transport), std::move(options))).value();
}

}  // namespace florin::rpc
