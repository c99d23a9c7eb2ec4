// Measures messages as JSON beside their binary form and protobuf's own JSON: bench_json [--json FILE] [rounds].
//
// Figures are nanoseconds for one message, the best of several runs, as the machine is shared. FILE gets them as one
// flat object: small_json_write_ns and so on.
#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/time.h"
#include "florin/rpc/json/testing/v1/all_kinds.pb.h"
#include "rpc/json/json.h"

namespace {

using namespace florin;
using google::protobuf::Message;
using rpc::json::testing::v1::AllKinds;
using rpc::json::testing::v1::Small;

constexpr int runs = 7;

double nanoseconds_each(int rounds, const std::function<void()>& work) {
  double best = 0;
  for (int run = 0; run < runs; ++run) {
    const Duration began = system_clock().elapsed();
    for (int i = 0; i < rounds; ++i) work();
    const auto took = static_cast<double>((system_clock().elapsed() - began).micros) * 1'000 / rounds;
    best = run == 0 ? took : std::min(best, took);
  }
  return best;
}

// Adds the figures of one message to `figures`, as members of an object.
void measure(std::string_view name, const Message& message, int rounds, std::string& figures) {
  std::string text;
  CHECK(rpc::json::write(message, text).ok());
  const std::string bytes = message.SerializeAsString();
  const std::unique_ptr<Message> into(message.New());
  std::string out;
  fmt::print("{}, {} bytes of JSON, {} of binary\n", name, text.size(), bytes.size());
  const auto figure = [&](std::string_view what, int times, const std::function<void()>& work) {
    const double nanoseconds = nanoseconds_each(times, [&] {
      out.clear();
      into->Clear();
      work();
    });
    fmt::print("  {:<22} {:8.0f} ns\n", what, nanoseconds);
    figures += fmt::format("{}\"{}_{}_ns\":{:.0f}", figures.empty() ? "" : ",", name, what, nanoseconds);
  };
  figure("binary_write", rounds, [&] { CHECK(message.AppendToString(&out)); });
  figure("json_write", rounds, [&] { CHECK(rpc::json::write(message, out).ok()); });
  figure("protobuf_json_write", rounds / 10,
         [&] { CHECK(google::protobuf::util::MessageToJsonString(message, &out).ok()); });
  figure("binary_read", rounds, [&] { CHECK(into->ParseFromString(bytes)); });
  figure("json_read", rounds, [&] { CHECK(rpc::json::read(text, *into).ok()); });
  figure("protobuf_json_read", rounds / 10,
         [&] { CHECK(google::protobuf::util::JsonStringToMessage(text, into.get()).ok()); });
}

Small small() {
  Small message;
  message.set_payment_id("pay_0123456789abcdefghjk");
  message.set_amount_minor(125'000);
  message.set_color(rpc::json::testing::v1::COLOR_GREEN);
  return message;
}

// As large as a payment: messages within, a list, a map, times, text.
AllKinds payment() {
  AllKinds message;
  message.set_a_string("pay_0123456789abcdefghjk");
  message.set_color(rpc::json::testing::v1::COLOR_RED);
  message.mutable_inner()->set_a_string("USD");
  message.mutable_inner()->set_an_int64(1'250);
  for (int i = 0; i < 3; ++i) {
    AllKinds& attempt = *message.add_inners();
    attempt.set_a_string("att_0123456789abcdefghjk");
    attempt.set_an_int64(1'250);
    attempt.mutable_timestamp()->set_seconds(1'795'433'400 + i);
    attempt.mutable_timestamp()->set_nanos(123'456'000);
  }
  for (const char* key : {"order", "customer", "channel"})
    (*message.mutable_string_map())[key] = "value of the metadata";
  message.set_right_text("A description, as shown to the shopper on the statement");
  message.mutable_timestamp()->set_seconds(1'795'433'400);
  message.set_a_bool(true);
  return message;
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 50'000;
  std::string file;
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == std::string_view("--json") && i + 1 < arguments.size()) {
      file = arguments[++i];
    } else {
      rounds = std::max(10, std::atoi(arguments[i]));
    }
  }
  std::string figures;
  measure("small", small(), rounds, figures);
  measure("payment", payment(), rounds, figures);
  if (!file.empty()) std::ofstream(file) << '{' << figures << "}\n";
}
