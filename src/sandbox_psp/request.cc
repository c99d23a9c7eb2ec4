#include "sandbox_psp/request.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "base/money.h"

namespace florin::sandbox_psp {
namespace {

using Json = nlohmann::json;

constexpr std::size_t key_bytes_max = 255;
constexpr std::size_t url_bytes_max = 2'000;
constexpr std::size_t descriptor_bytes_max = 22;

Error bad(std::string_view what) {
  return invalid_argument("invalid_request", std::string(what));
}

// The fields of a JSON object, each with what it must be. The first that is wrong is kept.
class Fields {
 public:
  explicit Fields(std::string_view body) : Fields(Json::parse(body, nullptr, false)) {}
  explicit Fields(Json json) : json_(std::move(json)) {
    if (!json_.is_object()) fail("the body and its card must be JSON objects");
  }

  void text(const char* name, std::string& out) {
    if (const Json* value = find(name); value != nullptr) {
      if (!value->is_string()) return fail(fmt::format("{} must be a text", name));
      out = value->get_ref<const std::string&>();
    }
  }
  void boolean(const char* name, bool& out) {
    if (const Json* value = find(name); value != nullptr) {
      if (!value->is_boolean()) return fail(fmt::format("{} must be true or false", name));
      out = value->get<bool>();
    }
  }
  // An integer from 0 to `max`.
  template <class Integer>
  void number(const char* name, Integer& out, std::uint64_t max) {
    if (const Json* value = find(name); value != nullptr) {
      if (!value->is_number_unsigned() || value->get<std::uint64_t>() > max) {
        return fail(fmt::format("{} must be an integer from 0 to {}", name, max));
      }
      out = static_cast<Integer>(value->get<std::uint64_t>());
    }
  }
  // A number that may be written as a text, as the placeholders of cards are.
  void number_or_text(const char* name, std::uint32_t& out) {
    const Json* value = find(name);
    if (value == nullptr || !value->is_string()) return number(name, out, UINT32_MAX);
    const auto& digits = value->get_ref<const std::string&>();
    const char* end = digits.data() + digits.size();
    const auto [last, error] = std::from_chars(digits.data(), end, out);
    if (error != std::errc() || last != end) fail(fmt::format("{} must be a whole number", name));
  }
  Fields inside(const char* name) const { return Fields(*find(name)); }
  bool has(const char* name) const { return find(name) != nullptr; }
  void need(bool holds, std::string_view rule) {
    if (!holds) fail(rule);
  }
  // Fails for a field that nobody knows: a misspelt one must not pass for one that was left out.
  void only(std::initializer_list<std::string_view> known) {
    if (!json_.is_object()) return;
    for (const auto& [name, value] : json_.items()) {
      if (std::ranges::find(known, name) == known.end())
        return fail("the body has a field that the sandbox does not know");
    }
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const Json* find(const char* name) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  void fail(std::string_view rule) {
    if (!error_) error_ = bad(rule);
  }

  Json json_;
  std::optional<Error> error_;
};

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
}

bool is_return_url(std::string_view url) {
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  return web && url.size() <= url_bytes_max && std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      if (const auto byte = parse_hex(text.substr(i + 1, 2))) {
        out += *byte;
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

Result<TestCard> parse_card(Fields fields) {
  TestCard card;
  fields.only({"number", "exp_month", "exp_year", "cvc"});
  fields.text("number", card.number);
  fields.number_or_text("exp_month", card.exp_month);
  fields.number_or_text("exp_year", card.exp_year);
  fields.text("cvc", card.cvc);
  const bool are_digits = card.number.find_first_not_of("0123456789") == std::string::npos &&
                          card.cvc.find_first_not_of("0123456789") == std::string::npos;
  fields.need(!card.number.empty() && are_digits, "card.number and card.cvc must be digits");
  fields.need(card.exp_month >= 1 && card.exp_month <= 12, "card.exp_month must be from 1 to 12");
  fields.need(card.exp_year >= 2000 && card.exp_year < 2100, "card.exp_year must have four digits");
  if (fields.error()) return *fields.error();
  return card;
}

}  // namespace

std::string_view Target::get(std::string_view name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

Target parse_target(std::string_view url) {
  Target target;
  if (!url.starts_with('/')) {
    const std::size_t scheme = url.find("://");
    const std::size_t slash = scheme == std::string_view::npos ? 0 : url.find('/', scheme + 3);
    target.origin = url.substr(0, slash);
    url.remove_prefix(std::min(url.size(), target.origin.size()));
  }
  const std::size_t mark = url.find('?');
  target.path = url.substr(0, mark);
  if (mark != std::string_view::npos) target.query = parse_form(url.substr(mark + 1));
  return target;
}

std::map<std::string, std::string, std::less<>> parse_form(std::string_view text) {
  std::map<std::string, std::string, std::less<>> fields;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    fields.emplace(decode(pair.substr(0, equals)), decode(value));
  }
  return fields;
}

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= key_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<CreateRequest> parse_create(std::string_view body) {
  CreateRequest request;
  Fields fields(body);
  fields.only({"reference", "amount", "currency", "capture", "payment_method", "card", "return_url", "descriptor"});
  fields.text("reference", request.reference);
  fields.text("currency", request.currency);
  fields.number("amount", request.amount, static_cast<std::uint64_t>(amount_minor_max));
  fields.boolean("capture", request.capture);
  fields.text("payment_method", request.payment_method);
  fields.text("return_url", request.return_url);
  fields.text("descriptor", request.descriptor);
  fields.need(is_key(request.reference), "reference must be 1 to 255 visible ASCII characters");
  fields.need(request.amount > 0, "amount must be a positive number of minor units");
  fields.need(Currency::parse(request.currency).has_value(), "currency must be an ISO 4217 code");
  fields.need(fields.has("card") != fields.has("payment_method"), "payment_method or card must be there, not both");
  fields.need(fields.has("card") || is_key(request.payment_method), "payment_method must be a test method");
  fields.need(request.return_url.empty() || is_return_url(request.return_url),
              "return_url must be an http or https URL");
  fields.need(request.descriptor.size() <= descriptor_bytes_max && is_printable(request.descriptor),
              "descriptor must be at most 22 printable ASCII characters");
  if (fields.error()) return *fields.error();
  if (fields.has("card")) {
    ASSIGN_OR_RETURN(request.card, parse_card(fields.inside("card")));
  }
  return request;
}

Result<OperationRequest> parse_operation(std::string_view body) {
  OperationRequest request;
  Fields fields(body.empty() ? std::string_view("{}") : body);
  fields.only({"amount", "currency"});
  std::int64_t amount = 0;
  fields.number("amount", amount, static_cast<std::uint64_t>(amount_minor_max));
  if (fields.has("amount")) request.amount = amount;
  fields.text("currency", request.currency);
  fields.need(!request.amount || amount > 0, "amount must be a positive number of minor units");
  if (fields.error()) return *fields.error();
  return request;
}

Result<FaultSettings> parse_faults(std::string_view body) {
  FaultSettings faults;
  Fields fields(body);
  fields.only({"drop_before_permille", "drop_after_permille", "duplicate_webhook_permille", "delay_ms",
               "reorder_webhooks", "down", "seed"});
  fields.number("drop_before_permille", faults.drop_before_permille, 1'000);
  fields.number("drop_after_permille", faults.drop_after_permille, 1'000);
  fields.number("duplicate_webhook_permille", faults.duplicate_webhook_permille, 1'000);
  fields.number("delay_ms", faults.delay_ms, delay_ms_max);
  fields.boolean("reorder_webhooks", faults.reorder_webhooks);
  fields.boolean("down", faults.down);
  fields.number("seed", faults.seed, UINT64_MAX);
  if (fields.error()) return *fields.error();
  return faults;
}

}  // namespace florin::sandbox_psp
