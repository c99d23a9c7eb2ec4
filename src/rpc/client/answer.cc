#include "rpc/client/answer.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/struct.pb.h>

#include <algorithm>

#include "base/encoding.h"
#include "http/syntax.h"
#include "rpc/codec.h"

namespace florin::rpc {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

const Value* field(const Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? nullptr : &found->second;
}

const std::string* string_field(const Struct& object, const char* name) {
  const Value* value = field(object, name);
  return value != nullptr && value->kind_case() == Value::kStringValue ? &value->string_value() : nullptr;
}

// A detail that cannot be read is left out: it explains the error, and does not change it.
void read_details(const Value& value, std::vector<ErrorPayload>& out) {
  if (value.kind_case() != Value::kListValue) return;
  for (const Value& item : value.list_value().values()) {
    if (item.kind_case() != Value::kStructValue) continue;
    const std::string* type = string_field(item.struct_value(), "type");
    const std::string* encoded = string_field(item.struct_value(), "value");
    if (type == nullptr || encoded == nullptr) continue;
    if (auto bytes = parse_base64(*encoded)) out.push_back({*type, std::move(*bytes)});
  }
}

WireError read_error(const Struct& object, Code fallback) {
  WireError error{.code = fallback, .message = {}, .details = {}, .metadata = {}};
  if (const std::string* name = string_field(object, "code")) error.code = code_from_name(*name).value_or(fallback);
  if (const std::string* message = string_field(object, "message")) error.message = *message;
  if (const Value* details = field(object, "details")) read_details(*details, error.details);
  return error;
}

bool read_metadata(const Value& value, http::Headers& out) {
  if (value.kind_case() != Value::kStructValue) return false;
  for (const auto& [name, values] : value.struct_value().fields()) {
    if (values.kind_case() != Value::kListValue) return false;
    for (const Value& one : values.list_value().values()) {
      if (one.kind_case() != Value::kStringValue) return false;
      out.add(http::to_lower(name), one.string_value());
    }
  }
  return true;
}

using google::protobuf::io::CodedInputStream;

// Skips a field of protobuf's wire format.
bool skip_field(CodedInputStream& in, std::uint32_t tag) {
  std::uint64_t number = 0;
  std::uint32_t size = 0;
  switch (tag & 7) {
    case 0:
      return in.ReadVarint64(&number);
    case 1:
      return in.Skip(8);
    case 2:
      return in.ReadVarint32(&size) && in.Skip(static_cast<int>(size));
    case 5:
      return in.Skip(4);
    default:
      return false;
  }
}

bool read_bytes(CodedInputStream& in, std::string& out) {
  std::uint32_t size = 0;
  return in.ReadVarint32(&size) && size <= INT32_MAX && in.ReadString(&out, static_cast<int>(size));
}

CodedInputStream reader_of(const std::string& bytes) {
  return CodedInputStream(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
}

constexpr std::uint32_t bytes_tag(std::uint32_t number) {
  return number << 3 | 2;
}

// google.protobuf.Any: its type's name behind the last slash of field 1, its bytes in field 2.
bool read_any(const std::string& bytes, ErrorPayload& out) {
  CodedInputStream in = reader_of(bytes);
  while (const std::uint32_t tag = in.ReadTag()) {
    std::string url;
    if (tag == bytes_tag(1)) {
      if (!read_bytes(in, url)) return false;
      out.type = url.substr(url.rfind('/') + 1);
    } else if (tag == bytes_tag(2)) {
      if (!read_bytes(in, out.bytes)) return false;
    } else if (!skip_field(in, tag)) {
      return false;
    }
  }
  return in.ConsumedEntireMessage();
}

// The details of a google.rpc.Status, which are its field 3. Code and message stand in headers of their own.
void read_status_details(const std::string& bytes, std::vector<ErrorPayload>& out) {
  CodedInputStream in = reader_of(bytes);
  while (const std::uint32_t tag = in.ReadTag()) {
    std::string any;
    ErrorPayload payload;
    if (tag != bytes_tag(3)) {
      if (!skip_field(in, tag)) return;
    } else if (!read_bytes(in, any) || !read_any(any, payload)) {
      return;
    } else {
      out.push_back(std::move(payload));
    }
  }
}

// Ok for 0. A number that is no code means unknown.
std::optional<Code> read_grpc_status(std::string_view text) {
  if (text == "0") return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, 3)) number = c >= '0' && c <= '9' ? number * 10 + (c - '0') : 1000;
  return text.size() <= 2 && number >= 1 && number <= 16 ? static_cast<Code>(number) : Code::unknown;
}

}  // namespace

Error invalid_answer(Code code, std::string message) {
  return {code, ErrorDomain::network, "invalid_answer", std::move(message)};
}

Error as_invalid_answer(Error error) {
  if (error.code() != Code::invalid_argument && error.code() != Code::unimplemented) return error;
  return invalid_answer(Code::internal, "The answer cannot be read: " + error.message());
}

WireError error_of_status(int http_status) {
  return {.code = code_from_http_status(http_status),
          .message = fmt::format("The server answered HTTP status {}.", http_status),
          .details = {},
          .metadata = {}};
}

WireError read_error_body(std::string_view json, int http_status) {
  Struct object;
  if (!json_codec().decode(json, object, {}).ok()) return error_of_status(http_status);
  return read_error(object, code_from_http_status(http_status));
}

Result<CallEnd> read_end_stream(std::string_view json) {
  const Error malformed = invalid_answer(Code::internal, "The last message of the stream is not as it must be.");
  Struct object;
  if (!json_codec().decode(json, object, {}).ok()) return malformed;
  CallEnd end;
  const Value* error = field(object, "error");
  if (error != nullptr && error->kind_case() != Value::kNullValue) {
    if (error->kind_case() != Value::kStructValue) return malformed;
    end.error = read_error(error->struct_value(), Code::unknown);
  }
  const Value* metadata = field(object, "metadata");
  if (metadata != nullptr && metadata->kind_case() != Value::kNullValue && !read_metadata(*metadata, end.trailers)) {
    return malformed;
  }
  return end;
}

std::optional<CallEnd> read_grpc_trailers(const http::Headers& trailers) {
  const auto status = trailers.get("grpc-status");
  if (!status) return std::nullopt;
  CallEnd end;
  for (const auto& one : trailers.fields()) {
    if (!one.name.starts_with("grpc-") && one.name != "content-type") end.trailers.add(one.name, one.value);
  }
  const std::optional<Code> code = read_grpc_status(*status);
  if (!code) return end;
  end.error = WireError{.code = *code,
                        .message = percent_decoded(trailers.get("grpc-message").value_or("")),
                        .details = {},
                        .metadata = {}};
  if (const auto details = trailers.get("grpc-status-details-bin")) {
    if (const auto bytes = parse_base64(*details)) read_status_details(*bytes, end.error->details);
  }
  return end;
}

Result<http::Headers> read_grpc_web_trailer_block(std::string_view block) {
  http::Headers out;
  while (!block.empty()) {
    const std::size_t end = std::min(block.find("\r\n"), block.size());
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(std::min(end + 2, block.size()));
    if (line.empty()) continue;
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = http::trim(line.substr(0, colon));
    const std::string_view value = http::trim(line.substr(std::min(colon + 1, line.size())));
    if (colon == line.size() || !http::is_field(name, value)) {
      return invalid_answer(Code::internal, "The trailers of the answer are not lines of a name and a value.");
    }
    out.add(http::to_lower(name), std::string(value));
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = text[at] == '%' ? parse_hex(text.substr(at + 1, 2)) : std::nullopt;
    if (byte && byte->size() == 1) {
      out += *byte;
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace florin::rpc
