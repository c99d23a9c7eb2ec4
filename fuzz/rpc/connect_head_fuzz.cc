// Fuzzes the heads of unary Connect calls, by GET and by POST: whatever a client says, it must be read within the
// limits or refused, and what was read from a query must be read from the same query written by the book.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/encoding.h"
#include "florin/rpc/json/testing/v1/all_kinds.pb.h"
#include "rpc/client/stream_dialect.h"
#include "rpc/connect_protocol.h"
#include "rpc/connect_wire.h"
#include "rpc/json/binary.h"

namespace {

using namespace florin::rpc;
using florin::Duration;
using florin::Result;
using florin::http::RequestHead;
using json::testing::v1::AllKinds;

constexpr std::size_t message_bytes_max = 512;

// Every byte as %XX.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += "%" + florin::hex({&c, 1});
  return out;
}

void check_query(std::string_view query) {
  const auto parameters = query_parameters(query);
  std::string again;
  for (const auto& [name, value] : parameters) {
    const auto first = std::ranges::find(parameters, name, [](const auto& pair) { return pair.first; });
    const auto found = query_parameter(query, name);
    CHECK(!found || *found == first->second, "{}", query);
    again += (again.empty() ? "" : "&") + escaped(name) + "=" + escaped(value);
  }
  CHECK(query_parameters(again) == parameters, "{}", query);
  for (const auto& [name, value] : parameters) CHECK(query_parameter(again, name).has_value(), "{}", query);
}

void check_timeout(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool readable = !text.empty() && text.size() <= 10 && std::ranges::all_of(text, is_digit);
  const Result<Duration> timeout = parse_connect_timeout(text);
  CHECK(timeout.ok() == readable, "{}", text);
  if (!timeout.ok()) return;
  CHECK(timeout->micros >= 0);
  CHECK(*parse_connect_timeout(connect_timeout(*timeout)) == *timeout, "{}", text);
}

void check_content_type(std::string_view type, std::string_view kind) {
  const Codec* const codec = codec_of_content_type(type, kind);
  std::string loud(type);
  for (char& c : loud) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  CHECK(codec_of_content_type(loud, kind) == codec, "media types have no case: {}", type);
  CHECK(codec_of_content_type(" " + loud + "\t", kind) == codec, "{}", type);
  if (codec == nullptr) return;
  const std::string plain = "application/" + std::string(kind) + std::string(codec->name());
  CHECK(codec_of_content_type(plain, kind) == codec, "{}", type);
  CHECK(is_media_type(type, plain), "{}", type);
}

void check_choice(std::string_view accept) {
  const Compression* const chosen = choose_compression(accept);
  if (chosen == nullptr) return;
  CHECK(accept.find(chosen->name()) != std::string_view::npos, "{}", accept);
  CHECK(choose_compression(std::string(accept) + ", identity") == chosen, "{}", accept);
  CHECK(choose_compression("br;q=1, " + std::string(accept)) == chosen, "{}", accept);
}

std::string binary(const AllKinds& message) {
  std::string bytes;
  json::append_binary(message, bytes);
  return bytes;
}

// A message that was taken means the same when it is sent again in the same way.
void check_message(std::string_view bytes, const ConnectHead& head) {
  const WireOptions options{.message_bytes_max = message_bytes_max, .compress_bytes_min = 1};
  AllKinds message;
  const florin::Status status = decode_message(bytes, head.compression, *head.codec, options, message);
  if (!status.ok()) return;
  if (head.compression == nullptr) CHECK(bytes.size() <= message_bytes_max);
  const auto sent = encode_message(message, *head.codec, head.compression, options);
  CHECK(sent.ok(), "{}", sent.error().message());
  const WireOptions roomy{.message_bytes_max = std::size_t{1} << 26};
  AllKinds again;
  CHECK(decode_message(sent->bytes, sent->compression, *head.codec, roomy, again).ok());
  CHECK(binary(again) == binary(message));
}

void check_head(const ConnectHead& head, const RequestHead& request) {
  CHECK(head.codec != nullptr);
  CHECK(head.timeout.has_value() == request.headers.has("connect-timeout-ms"));
  if (head.compression != nullptr) CHECK(head.reply_compression == head.compression);
}

void check_same_by_the_book(const ConnectHead& head, const RequestHead& request) {
  RequestHead written = request;
  written.query = "connect=v1&encoding=" + std::string(head.codec->name()) +
                  "&base64=1&message=" + florin::base64url(*head.message);
  if (head.compression != nullptr) written.query += "&compression=" + std::string(head.compression->name());
  CHECK(ConnectGet().accepts(written));
  const auto again = read_connect_get(written, {.require_protocol_version = true});
  CHECK(again.ok(), "{}", again.error().message());
  CHECK(again->codec == head.codec && again->compression == head.compression && again->timeout == head.timeout);
  CHECK(again->message == head.message);
}

void check_refusal(const florin::Error& error) {
  constexpr std::array reasons = {"unsupported_protocol_version", "unsupported_encoding", "invalid_timeout",
                                  "message_missing", "invalid_base64"};
  CHECK(std::ranges::find(reasons, error.reason()) != reasons.end(), "{}", error.reason());
}

void check_get(const RequestHead& request, const WireOptions& options) {
  if (!ConnectGet().accepts(request)) return;
  const auto head = read_connect_get(request, options);
  if (!head.ok()) return check_refusal(head.error());
  check_head(*head, request);
  CHECK(head->message.has_value());
  if (options.require_protocol_version) CHECK(query_parameter(request.query, "connect") == "v1");
  check_same_by_the_book(*head, request);
  check_message(*head->message, *head);
}

void check_post(const RequestHead& request, const WireOptions& options) {
  if (!ConnectPost().accepts(request)) return;
  const auto head = read_connect_post(request, options);
  if (!head.ok()) return check_refusal(head.error());
  check_head(*head, request);
  CHECK(!head->message.has_value(), "the message of a POST is its body");
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

// The first byte: whether versions are required. Then a line with the query, and one for each header, which is absent
// where its line is empty.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const WireOptions options{.message_bytes_max = message_bytes_max, .require_protocol_version = data[0] % 2 == 1};
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  RequestHead request{.method = "GET", .path = "/a.B/C", .query = std::string(take_line(rest))};
  for (const char* name : {"content-type", "content-encoding", "accept-encoding", "connect-timeout-ms",
                           "connect-protocol-version", "content-length"}) {
    const std::string_view value = take_line(rest);
    if (!value.empty()) request.headers.add(name, std::string(value));
  }
  check_query(request.query);
  check_timeout(request.headers.get("connect-timeout-ms").value_or(""));
  check_choice(request.headers.get("accept-encoding").value_or(""));
  for (const char* kind : {"", "connect+"}) {
    check_content_type(request.headers.get("content-type").value_or(""), kind);
  }
  check_get(request, options);
  check_post(request, options);
  return 0;
}
