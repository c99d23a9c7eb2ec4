// Fuzzes how gRPC and gRPC-Web answers end, and gRPC's timeouts: whatever a server sends, the client must make fields
// of it that could be sent on, and read them the same again; and whatever our server says must arrive as it was meant.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/syntax.h"
#include "rpc/client/answer.h"
#include "rpc/client/stream_dialect.h"
#include "rpc/grpc_wire.h"

namespace {

using namespace florin::rpc;
using florin::Code;
using florin::Duration;
using florin::Result;
using florin::http::Headers;

void check_fields(const Headers& headers) {
  for (const auto& [name, value] : headers.fields()) {
    CHECK(florin::http::is_field(name, value), "{}: {}", name, value);
    CHECK(florin::http::to_lower(name) == name, "{}", name);
  }
}

bool same_error(const WireError& a, const WireError& b) {
  const auto same_detail = [](const auto& one, const auto& other) {
    return one.type == other.type && one.bytes == other.bytes;
  };
  return a.code == b.code && a.message == b.message && std::ranges::equal(a.details, b.details, same_detail);
}

bool same_end(const CallEnd& a, const CallEnd& b) {
  if (a.trailers != b.trailers || a.error.has_value() != b.error.has_value()) return false;
  return !a.error || same_error(*a.error, *b.error);
}

// A status that was read is what our server would send for it.
void check_end(const CallEnd& end, const Headers& trailers) {
  CHECK((trailers.get("grpc-status") == "0") == !end.error.has_value());
  for (const auto& field : end.trailers.fields()) CHECK(!field.name.starts_with("grpc-"));
  if (!end.error) return;
  const int code = static_cast<int>(end.error->code);
  CHECK(code >= 1 && code <= 16);
  const auto again = read_grpc_trailers(grpc_trailers({}, &*end.error));
  CHECK(again && again->error && same_error(*again->error, *end.error));
}

void check_block(std::string_view block) {
  const Result<CallEnd> last = dialect_of(ClientProtocol::grpc_web).read_last(block);
  const Result<Headers> trailers = read_grpc_web_trailer_block(block);
  if (!trailers.ok()) {
    CHECK(!last.ok());
    return;
  }
  check_fields(*trailers);
  const Result<Headers> again = read_grpc_web_trailer_block(grpc_web_trailer_block(*trailers));
  CHECK(again.ok() && *again == *trailers, "{}", block);
  const auto end = read_grpc_trailers(*trailers);
  CHECK(end.has_value() == last.ok() && end.has_value() == trailers->has("grpc-status"));
  if (!end) return;
  CHECK(same_end(*end, *last));
  check_end(*end, *trailers);
}

// Our server's error, with `text` in all its places, on its way to our client.
void check_error_arrives(Code code, std::string_view text) {
  WireError error{.code = code, .message = std::string(text), .details = {}, .metadata = {}};
  error.details.push_back({"florin.fuzz.Detail", std::string(text)});
  error.metadata.add("x-error", std::string(text));
  Headers application;
  application.add("n-" + florin::http::to_lower(text), "name");
  application.add("x-trailer", std::string(text));
  const Headers trailers = grpc_trailers(application, &error);
  for (const auto& [name, value] : trailers.fields()) {
    CHECK(florin::http::is_field(name, value), "{}: {}", name, value);
    CHECK(!name.starts_with("grpc-") || florin::http::trim(value) == value, "spaces at an end are lost: {}", value);
  }
  const auto read = read_grpc_trailers(trailers);
  CHECK(read && read->error && same_error(*read->error, error), "{}", text);
  const bool sendable = florin::http::is_field("x-trailer", text);
  CHECK(read->trailers.has("x-trailer") == sendable && read->trailers.has("x-error") == sendable, "{}", text);

  const auto web = dialect_of(ClientProtocol::grpc_web).read_last(grpc_web_trailer_block(trailers));
  CHECK(web.ok() && web->error && same_error(*web->error, error), "{}", text);
  CHECK(web->trailers.fields().size() == read->trailers.fields().size());
  if (sendable) CHECK(web->trailers.get("x-trailer") == florin::http::trim(text), "{}", text);
}

void check_text(std::string_view text) {
  CHECK(percent_decoded(percent_encoded(text)) == text, "{}", text);
  CHECK(percent_decoded(text).size() <= text.size());
}

void check_timeout(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool readable = text.size() >= 2 && text.size() <= 9 &&
                        std::ranges::all_of(text.substr(0, text.size() - 1), is_digit) &&
                        std::string_view("HMSmun").find(text.back()) != std::string_view::npos;
  const Result<Duration> timeout = parse_grpc_timeout(text);
  CHECK(timeout.ok() == readable, "{}", text);
  if (!timeout.ok()) return;
  CHECK(timeout->micros >= 0);
  const Result<Duration> again = parse_grpc_timeout(grpc_timeout(*timeout));
  CHECK(again.ok() && again->micros >= timeout->micros, "nobody gets less time than was asked for: {}", text);
  // Eight digits: what is rounded up is less than a part in a million, or it is an hour on more than a hundred years.
  CHECK(again->micros - timeout->micros <= timeout->micros / 100'000, "{}", text);
}

}  // namespace

// The first byte: the code of the error. The rest is everything else, by turns.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  check_block(text);
  check_error_arrives(static_cast<Code>(1 + data[0] % 16), text);
  check_text(text);
  check_timeout(text);
  return 0;
}
