// rpc_example_client: a whole client on this library. It greets by the protocol it is told, HTTP/2 throughout:
//
//   rpc_example 8080 &
//   rpc_example_client 8080 grpc Ada Grace
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>
#include <vector>

#include "greet/v1/greet.connect.h"
#include "http/client_transport.h"
#include "rpc/client/client.h"

namespace greet::v1 {
namespace {

namespace http = florin::http;
namespace rpc = florin::rpc;
using florin::Duration;
using florin::Status;
using florin::Task;

rpc::ClientProtocol protocol_of(const std::string& name) {
  if (name == "grpc") return rpc::ClientProtocol::grpc;
  return name == "grpcweb" ? rpc::ClientProtocol::grpc_web : rpc::ClientProtocol::connect;
}

// One greeting by a unary call, then all of them over a stream.
Task<Status> greet(const GreetServiceAsyncClient& greeter, const std::vector<std::string>& names) {
  GreetRequest request;
  request.set_name(names.front());
  auto response = co_await greeter.greet(request, {.timeout = Duration::seconds(5)});
  if (!response.ok()) co_return std::move(response).error();
  fmt::print("{}\n", response->text());

  auto chat = greeter.greet_all({.timeout = Duration::seconds(5)});
  for (const std::string& name : names) {
    request.set_name(name);
    Status sent = co_await chat.send(request);
    if (!sent.ok()) break;  // the call has ended: receive says how
    auto answer = co_await chat.receive();
    if (!answer.ok()) co_return std::move(answer).error();
    if (!*answer) break;
    fmt::print("{}\n", (*answer)->text());
  }
  Status closed = co_await chat.close_send();
  if (!closed.ok()) co_return closed;
  auto end = co_await chat.receive();
  if (!end.ok()) co_return std::move(end).error();
  co_return florin::ok();
}

int run(std::uint16_t port, const std::string& protocol, const std::vector<std::string>& names) {
  http::ClientThread thread;
  auto transport = http::connect_to(thread, {.host = "localhost", .port = port, .version = http::HttpVersion::http_2});
  if (!transport.ok()) return 1;
  rpc::Client client(**transport, {.protocol = protocol_of(protocol)});
  const GreetServiceAsyncClient greeter(client);

  std::promise<Status> done;
  client.executor().post(
      [&] { start(greet(greeter, names), [&done](Status status) { done.set_value(std::move(status)); }); });
  const Status status = done.get_future().get();
  transport->reset();  // its thread has let go of everything here
  if (!status.ok()) fmt::print(stderr, "{}\n", status.error().to_string());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace greet::v1

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "Usage: rpc_example_client PORT connect|grpc|grpcweb NAME...\n");
    return 2;
  }
  return greet::v1::run(static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2], {argv + 3, argv + argc});
}
