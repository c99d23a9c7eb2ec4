#include "console.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "florin/operators/v1/operators.pb.h"

namespace florin::bench {
namespace {

constexpr const char* host = "127.0.0.1";

Error unexpected(const char* method, const http::Reply& reply) {
  return unavailable("unexpected_answer", fmt::format("{}: {} {}", method, reply.status, reply.body.substr(0, 300)));
}

template <class Response>
Result<Response> parse(const char* method, const http::Reply& reply) {
  Response response;
  if (reply.status != 200 || !response.ParseFromString(reply.body)) return unexpected(method, reply);
  return response;
}

}  // namespace

Result<Console> Console::sign_in(const Platform& platform, const std::string& tenant_id) {
  ASSIGN_OR_RETURN(auto client, http::BlockingClient::connect(host, platform.port()));
  operators::v1::RedeemInvitationRequest request;
  request.set_secret(platform.owner_invitation());
  request.set_email("bench@example.com");
  request.set_name("Bench");
  request.set_password("a password for one run");
  const std::string body = request.SerializeAsString();
  http::Headers headers;
  headers.add("content-type", "application/proto");
  headers.add("connect-protocol-version", "1");
  headers.add("origin", fmt::format("http://{}:{}", host, platform.port()));
  headers.add("florin-console", "1");
  ASSIGN_OR_RETURN(const auto reply, client.send({.method = "POST",
                                                  .target = "/florin.operators.v1.OperatorService/RedeemInvitation",
                                                  .body = body,
                                                  .headers = headers}));
  const std::string cookie(reply.headers.get("set-cookie").value_or(""));
  if (reply.status != 200 || cookie.empty()) return unexpected("RedeemInvitation", reply);
  http::Headers kept;
  kept.add("cookie", cookie.substr(0, cookie.find(';')));
  kept.add("florin-tenant", tenant_id);
  return Console(std::move(client), std::move(kept));
}

Result<http::Reply> Console::read(const char* method, const google::protobuf::MessageLite& request) {
  const std::string target =
      fmt::format("/florin.payments.v1.PaymentService/{}?connect=v1&encoding=proto&base64=1&message={}", method,
                  base64url(request.SerializeAsString()));
  ASSIGN_OR_RETURN(auto reply, client_.send({.target = target, .headers = headers_}));
  answer_bytes_ = reply.body.size();
  return reply;
}

Result<payments::v1::ListPaymentsResponse> Console::list(const payments::v1::ListPaymentsRequest& request) {
  ASSIGN_OR_RETURN(const auto reply, read("ListPayments", request));
  return parse<payments::v1::ListPaymentsResponse>("ListPayments", reply);
}

Result<payments::v1::GetPaymentResponse> Console::get(const std::string& payment_id) {
  payments::v1::GetPaymentRequest request;
  request.set_payment_id(payment_id);
  ASSIGN_OR_RETURN(const auto reply, read("GetPayment", request));
  return parse<payments::v1::GetPaymentResponse>("GetPayment", reply);
}

Status Console::get_nothing() {
  payments::v1::GetPaymentRequest request;
  request.set_payment_id("pay_0000000000zzz0000000");
  ASSIGN_OR_RETURN(const auto reply, read("GetPayment", request));
  return reply.status == 404 ? ok() : Status(unexpected("GetPayment", reply));
}

}  // namespace florin::bench
