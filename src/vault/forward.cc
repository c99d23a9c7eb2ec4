#include "vault/forward.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/encoding.h"
#include "cards/find.h"
#include "http/syntax.h"
#include "vault/fields.h"
#include "vault/limits.h"

namespace florin::vault {
namespace {

constexpr std::string_view placeholder_begin = "{{card.";
constexpr std::string_view placeholder_end = "}}";

// They say how a message is carried, which is our client's business, or would let an answer come back in a form that
// cannot be searched.
constexpr std::array<std::string_view, 10> refused_headers = {
    "accept-encoding", "connection",        "content-length", "expect", "host", "keep-alive", "te",
    "trailer",         "transfer-encoding", "upgrade"};

bool may_carry(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

bool holds_placeholder(std::string_view text) {
  return text.contains(placeholder_begin) || text.contains("%7B%7Bcard.") || text.contains("%7b%7bcard.");
}

void read_headers(Fields& fields, http::Headers& out) {
  std::vector<std::pair<std::string, std::string>> pairs;
  fields.pairs("headers", pairs);
  for (auto& [name, value] : pairs) {
    const bool is_fit = http::is_field(name, value) && name == http::to_lower(name) && !name.starts_with("proxy-") &&
                        std::ranges::find(refused_headers, name) == refused_headers.end();
    if (!is_fit) return fields.fail("headers", "must be headers in lower case that a caller may set");
    if (holds_placeholder(value) || cards::holds_card_number(value)) {
      return fields.fail("headers", "must not hold a card; only the body may");
    }
    out.add(std::move(name), std::move(value));
  }
}

Url read_url(Fields& fields) {
  std::string text;
  fields.text("url", text);
  auto url = parse_url(text);
  if (!url) {
    fields.fail("url", "must be an absolute https or http URL");
    return {};
  }
  if (holds_placeholder(text) || cards::url_holds_card_number(url->target)) {
    fields.fail("url", "must not hold a card; only the body may");
  }
  return *std::move(url);
}

// What stands for a placeholder's name; nothing for a name that means nothing.
std::optional<std::string> value_of(std::string_view name, const Card& card) {
  if (name == "number") return card.number;
  if (name == "exp_month") return fmt::format("{}", card.exp_month);
  if (name == "exp_year") return fmt::format("{}", card.exp_year);
  if (name == "cvc") return card.cvc;
  if (name == "name") return card.name;
  return std::nullopt;
}

// All digits of the text, in order: however a number is spaced, they follow each other.
std::string digits_of(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), cards::is_digit);
  return digits;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool percent = text[i] == '%' && i + 2 < text.size();
    const bool unicode = text.substr(i).starts_with("\\u00") && i + 5 < text.size();
    const auto byte = percent   ? parse_hex(text.substr(i + 1, 2))
                      : unicode ? parse_hex(text.substr(i + 4, 2))
                                : std::nullopt;
    if (!byte) {
      out += text[i];
      continue;
    }
    out += *byte;
    i += percent ? 2 : 5;
  }
  return out;
}

// The part of the number's base64 that does not depend on what stands around it, for each of the three ways in which
// its bytes can fall into groups.
std::array<std::string, 3> base64_forms(std::string_view number) {
  std::array<std::string, 3> forms;
  for (std::size_t before = 0; before < forms.size(); ++before) {
    const std::size_t skipped = (3 - before) % 3;
    const std::size_t whole = (number.size() - skipped) / 3 * 3;
    forms[before] = base64(number.substr(skipped, whole));
  }
  return forms;
}

bool text_shows(std::string_view text, std::string_view number) {
  if (digits_of(text).contains(number)) return true;
  const std::string plain = unescaped(text);
  if (plain.size() != text.size() && digits_of(plain).contains(number)) return true;
  if (http::to_lower(text).contains(hex(number))) return true;
  return std::ranges::any_of(base64_forms(number), [&](const std::string& form) { return text.contains(form); });
}

}  // namespace

Result<ForwardRequest> read_forward(std::string_view body, std::span<const Origin> allowed) {
  Fields fields(body);
  fields.only({"token", "claimant", "method", "url", "headers", "body", "timeout_ms"});
  ForwardRequest request;
  std::string encoded;
  std::uint32_t timeout_ms = 0;
  fields.text("token", request.token);
  fields.text("claimant", request.claimant);
  fields.text("method", request.method);
  fields.text("body", encoded);
  fields.number("timeout_ms", timeout_ms);
  request.timeout = Duration::milliseconds(timeout_ms);
  request.url = read_url(fields);
  read_headers(fields, request.headers);
  fields.need(!request.token.empty(), "token", "is required");
  fields.need(!request.claimant.empty(), "claimant", "is required");
  fields.need(may_carry(request.method), "method", "must be POST, PUT or PATCH");
  fields.need(timeout_ms > 0 && request.timeout <= forward_timeout_max, "timeout_ms", "must be from 1 to 120000");
  auto decoded = parse_base64(encoded);
  fields.need(decoded && decoded->size() <= provider_body_bytes_max, "body", "must be base64 of at most 256 KiB");
  RETURN_IF_ERROR(fields.result("forward_invalid", "The request cannot be forwarded as it is."));
  if (std::ranges::find(allowed, request.url.origin) == allowed.end()) {
    return Error(Code::permission_denied, ErrorDomain::permission, "host_not_allowed",
                 "This host may not receive card numbers: it is not in the vault's allow list.");
  }
  request.body = *std::move(decoded);
  return request;
}

Result<std::string> fill_placeholders(std::string_view body, const Card& card) {
  std::string filled;
  // At once: a text that grows leaves copies of the card behind.
  filled.reserve(body.size() + 1024);
  while (true) {
    const std::size_t at = body.find(placeholder_begin);
    filled += body.substr(0, at);
    if (at == std::string_view::npos) return filled;
    body.remove_prefix(at + placeholder_begin.size());
    const std::size_t end = body.find(placeholder_end);
    const auto value = end == std::string_view::npos ? std::nullopt : value_of(body.substr(0, end), card);
    if (!value) {
      return invalid_argument(
          "placeholder_unknown",
          "The body has a placeholder that stands for nothing. There are number, exp_month, exp_year, "
          "cvc and name.");
    }
    filled += *value;
    body.remove_prefix(end + placeholder_end.size());
  }
}

bool shows_number(const http::Reply& reply, std::string_view number) {
  if (text_shows(reply.body, number)) return true;
  return std::ranges::any_of(reply.headers.fields(),
                             [&](const http::Headers::Field& field) { return text_shows(field.value, number); });
}

}  // namespace florin::vault
