// Fuzzes what a vault reads: cards from browsers, requests to forward from the platform, bodies with placeholders, and
// the records of its own files. The first byte says which. What is taken must be what it is taken for, and no refusal
// may repeat a card number.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "cards/find.h"
#include "http/syntax.h"
#include "vault/card.h"
#include "vault/forward.h"
#include "vault/limits.h"
#include "vault/record.h"

namespace {

using namespace florin::vault;
using florin::Error;
using florin::Timestamp;
namespace cards = florin::cards;
namespace http = florin::http;

constexpr Timestamp now{1'795'435'200'000'000};
const std::vector<Origin> allowed = {{.tls = true, .host = "psp.example", .port = 443},
                                     {.tls = false, .host = "[::1]", .port = 8090}};

void check_refusal(const Error& error) {
  CHECK(!cards::holds_card_number(error.message()));
  for (const auto& each : error.field_violations()) {
    CHECK(!cards::holds_card_number(each.field) && !cards::holds_card_number(each.description));
  }
}

void check_card(std::string_view body) {
  const auto card = read_card(body, now);
  if (!card.ok()) return check_refusal(card.error());
  CHECK(cards::is_card_number(card->number));
  CHECK(cards::brand_of(card->number) == card->brand);
  CHECK(card->cvc.size() == cards::cvc_digits(card->brand) && std::ranges::all_of(card->cvc, cards::is_digit));
  CHECK(!is_expired(card->exp_month, card->exp_year, now));
  CHECK(card->name.size() <= name_bytes_max && card->name.find_first_of("\"\\<>{}&=%+;\n") == std::string::npos);
  CHECK(card->summary().last_four.size() == 4 && card->summary().bin.size() == 6);
}

void check_forward(std::string_view body) {
  const auto request = read_forward(body, allowed);
  if (!request.ok()) return check_refusal(request.error());
  CHECK(std::ranges::find(allowed, request->url.origin) != allowed.end());
  const auto again = parse_url(request->url.to_string());
  CHECK(again && again->origin == request->url.origin && again->target == request->url.target);
  CHECK(!cards::url_holds_card_number(request->url.target) && !request->url.target.contains("{{card."));
  for (const auto& [name, value] : request->headers.fields()) {
    CHECK(http::is_field(name, value) && !value.contains("{{card.") && !cards::holds_card_number(value));
    CHECK(name != "host" && name != "content-length" && name != "transfer-encoding");
  }
  CHECK(request->body.size() <= provider_body_bytes_max && request->timeout <= forward_timeout_max);
}

void check_placeholders(std::string_view body) {
  Card card;
  card.number = "4242424242424242";
  card.exp_month = 12;
  card.exp_year = 2030;
  const auto filled = fill_placeholders(body, card);
  if (!filled.ok()) return check_refusal(filled.error());
  if (!body.contains("{{card.")) CHECK(*filled == body);
  if (body.contains("{{card.number}}"))
    CHECK(shows_number({.status = 200, .headers = {}, .body = *filled}, card.number));
}

void check_record(std::string_view bytes) {
  const auto record = decode(bytes);
  if (record) CHECK(encode(*record) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      check_card(rest);
      break;
    case 1:
      check_forward(rest);
      break;
    case 2:
      check_placeholders(rest);
      break;
    default:
      check_record(rest);
  }
  return 0;
}
