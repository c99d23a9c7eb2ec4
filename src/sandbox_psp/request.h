// The requests of the sandbox's API, read and checked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "connectors/connector.h"
#include "sandbox_psp/faults.h"
#include "sandbox_psp/test_cards.h"

namespace florin::sandbox_psp {

// "/v1/payments?a=b" of an absolute or relative URL, in parts. Views into the URL, but for the decoded query.
struct Target {
  std::string_view origin;  // "http://127.0.0.1:9100", or empty
  std::string_view path;
  std::map<std::string, std::string, std::less<>> query;

  // The first value of a name, or empty.
  std::string_view get(std::string_view name) const;
};

Target parse_target(std::string_view url);

// "a=b&c=d" with "%xx" and "+" decoded; used for queries and for forms.
std::map<std::string, std::string, std::less<>> parse_form(std::string_view text);

struct CreateRequest {
  std::string reference;
  std::string currency;
  std::int64_t amount = 0;
  bool capture = true;
  std::string payment_method;  // a test method, or empty where there is a card
  std::optional<TestCard> card;
  std::string return_url;
  std::string descriptor;
};

struct OperationRequest {
  std::optional<std::int64_t> amount;
  std::string currency;  // empty if not given
};

// Errors: invalid_argument (invalid_request); the message names the field.
Result<CreateRequest> parse_create(std::string_view body);
Result<OperationRequest> parse_operation(std::string_view body);
Result<FaultSettings> parse_faults(std::string_view body);

// 1 to 255 visible ASCII characters.
bool is_key(std::string_view text);

}  // namespace florin::sandbox_psp
