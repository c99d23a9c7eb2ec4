// usage: florin_grpc_cpp_client <host:port> <secret key> [certificate.pem]
//
// Calls a running platform by Debian's gRPC C++, over TLS where a certificate is given, and prints what it saw: lines
// of a word, a status code and JSON. It does not judge: the test that starts it does.
#include <florin/payments/v1/payments.grpc.pb.h>
#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <grpc/health/v1/health.grpc.pb.h>
#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>
#include <rpc_status.pb.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

namespace florin::test {
namespace {

namespace payments = florin::payments::v1;
namespace health = grpc::health::v1;
using google::protobuf::Message;

// A server that does not answer fails the test, and does not hang it.
constexpr int patience_s = 60;

std::string json_of(const Message& message) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) return "null";
  return json;
}

// What grpc-status-details-bin carries, where it says the same as the status itself.
std::string json_of(const grpc::Status& status) {
  v1::RpcStatus carried;
  const bool agrees = carried.ParseFromString(status.error_details()) && carried.message() == status.error_message();
  return agrees ? json_of(carried) : "null";
}

void print(std::string_view word, const grpc::Status& status, const Message& answer) {
  fmt::print("{} {} {}\n", word, static_cast<int>(status.error_code()),
             status.ok() ? json_of(answer) : json_of(status));
}

// What every call starts with.
class Call {
 public:
  explicit Call(const std::string& key) {
    context_.set_deadline(gpr_time_from_seconds(patience_s, GPR_TIMESPAN));
    context_.AddMetadata("authorization", "Bearer " + key);
  }
  Call& with(const std::string& name, const std::string& value) {
    context_.AddMetadata(name, value);
    return *this;
  }
  grpc::ClientContext* context() { return &context_; }
  bool answered_with(const std::string& name, const std::string& value) const {
    const auto found = context_.GetServerInitialMetadata().find(name);
    return found != context_.GetServerInitialMetadata().end() && found->second == value;
  }

 private:
  grpc::ClientContext context_;
};

// Makes a payment, confirms it and reads it; then makes it again under the same key.
void pay(payments::PaymentService::Stub& service, const std::string& key, const std::string& order) {
  payments::CreatePaymentRequest request;
  request.mutable_amount()->set_currency("USD");
  request.mutable_amount()->set_minor(1250);
  request.mutable_payment_method()->set_token("tok_success");
  payments::CreatePaymentResponse created;
  Call create(key);
  print("created", service.CreatePayment(create.with("idempotency-key", order).context(), request, &created), created);

  payments::ConfirmPaymentRequest which;
  which.set_payment_id(created.payment().id());
  payments::ConfirmPaymentResponse confirmed;
  print("confirmed", service.ConfirmPayment(Call(key).context(), which, &confirmed), confirmed);

  payments::GetPaymentRequest wanted;
  wanted.set_payment_id(created.payment().id());
  payments::GetPaymentResponse read;
  print("read", service.GetPayment(Call(key).context(), wanted, &read), read);

  payments::CreatePaymentResponse again;
  Call repeat(key);
  const auto status = service.CreatePayment(repeat.with("idempotency-key", order).context(), request, &again);
  print(repeat.answered_with("idempotency-replayed", "true") ? "replayed" : "made-anew", status, again);
}

void fail(payments::PaymentService::Stub& service, const std::string& key) {
  payments::GetPaymentRequest absent;
  absent.set_payment_id("pay_00000000000zzzzzzzzz");
  payments::GetPaymentResponse read;
  print("absent", service.GetPayment(Call(key).context(), absent, &read), read);

  payments::CreatePaymentResponse created;
  print("invalid", service.CreatePayment(Call(key).context(), {}, &created), created);

  payments::ListPaymentsResponse listed;
  print("stranger", service.ListPayments(Call("sk_none").context(), {}, &listed), listed);
}

// One answer, none, and the first one of a stream that is then given up.
void ask_for_health(health::Health::Stub& service, const std::string& key) {
  health::HealthCheckResponse answer;
  print("check", service.Check(Call(key).context(), {}, &answer), answer);

  health::HealthCheckRequest unknown;
  unknown.set_service("florin.None");
  print("unknown", service.Check(Call(key).context(), unknown, &answer), answer);

  Call call(key);
  answer.Clear();
  const auto stream = service.Watch(call.context(), {});
  if (stream->Read(&answer)) print("watched", grpc::Status::OK, answer);
  call.context()->TryCancel();
  print("given-up", stream->Finish(), answer);
}

std::string file_text(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

int run(const std::string& address, const std::string& key, const char* certificate) {
  auto credentials = grpc::InsecureChannelCredentials();
  if (certificate != nullptr) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = file_text(certificate);
    credentials = grpc::SslCredentials(options);
  }
  const auto channel = grpc::CreateChannel(address, credentials);
  const auto service = payments::PaymentService::NewStub(channel);
  pay(*service, key, "order-at-" + address);
  fail(*service, key);
  ask_for_health(*health::Health::NewStub(channel), key);
  return 0;
}

}  // namespace
}  // namespace florin::test

int main(int count, char** words) {
  if (count < 3 || count > 4) {
    fmt::print(stderr, "usage: {} <host:port> <secret key> [certificate.pem]\n", words[0]);
    return 2;
  }
  return florin::test::run(words[1], words[2], count == 4 ? words[3] : nullptr);
}
