#include "connectors/testing/conformance.h"

#include <nlohmann/json.hpp>
#include <set>

namespace florin::connectors {
namespace {

using Json = nlohmann::json;

constexpr Timestamp signed_at{1'790'000'000'000'000};

bool is_read(v1::PspOperation operation) {
  return operation == v1::PSP_OPERATION_READ_PAYMENT || operation == v1::PSP_OPERATION_READ_OPERATION;
}

// Each way to put something wrong in the place of one value: of another kind, too large, negative, or gone.
std::vector<std::string> damaged_copies(const std::string& body) {
  const Json original = Json::parse(body, nullptr, false);
  if (original.is_discarded()) return {};
  const Json flat = original.flatten();
  std::vector<std::string> copies;
  for (const auto& [path, value] : flat.items()) {
    const Json::json_pointer place(path);
    for (const Json& wrong : {Json(nullptr), Json("wrong"), Json(-1), Json(1e300), Json(UINT64_MAX),
                              Json(Json::array()), Json(true), Json(std::string(1'000, 'x'))}) {
      Json copy = original;
      copy[place] = wrong;
      copies.push_back(copy.dump());
    }
    Json without = original;
    Json& parent = without[place.parent_pointer()];
    if (parent.is_object()) parent.erase(place.back());
    copies.push_back(without.dump());
  }
  return copies;
}

bool is_negative(v1::PspStatus status) {
  return status == v1::PSP_STATUS_DECLINED_SOFT || status == v1::PSP_STATUS_DECLINED_HARD ||
         status == v1::PSP_STATUS_FAILED || status == v1::PSP_STATUS_ABSENT;
}

}  // namespace

void PrintTo(const ConformanceCase& value, std::ostream* out) {
  *out << value.name;
}

std::string conformance_name(const testing::TestParamInfo<ConformanceCase>& info) {
  return info.param.name;
}

Conformance::Conformance() : connector_(GetParam().make()), account_(GetParam().account) {}

v1::PspRequest Conformance::sample(v1::PspOperation operation) const {
  v1::PspRequest request;
  request.set_operation(operation);
  request.set_connector(account_.connector);
  request.set_account(account_.account);
  request.set_idempotency_key("att_0123456789abcdefghjk");
  request.set_reference("pay_0123456789abcdefghjk");
  request.set_currency("EUR");
  request.set_amount_minor(1234);
  request.set_payment_method_token("tok_success");
  request.set_return_url("https://shop.example/back");
  request.set_statement_descriptor("SHOP");
  if (operation != v1::PSP_OPERATION_AUTHORIZE) request.set_psp_reference("psp_1");
  if (operation == v1::PSP_OPERATION_READ_OPERATION) {
    request.set_read_operation(v1::PSP_OPERATION_CAPTURE);
    request.set_read_idempotency_key("cap_0123456789abcdefghjk");
  }
  return request;
}

std::vector<Recording> Conformance::exchanges() const {
  std::vector<Recording> found = load_recordings(GetParam().name);
  std::erase_if(found, [](const Recording& recording) { return recording.is_webhook(); });
  return found;
}

std::vector<Recording> Conformance::webhooks() const {
  std::vector<Recording> found = load_recordings(GetParam().name);
  std::erase_if(found, [](const Recording& recording) { return !recording.is_webhook(); });
  return found;
}

void Conformance::expect_no_secret(std::string_view text) const {
  EXPECT_EQ(text.find(account_.api_key), std::string_view::npos) << text;
  EXPECT_EQ(text.find(account_.webhook_secret), std::string_view::npos) << text;
}

TEST_P(Conformance, RecordedExchangesAreBuiltAndReadAsRecorded) {
  for (Recording& recording : exchanges()) {
    SCOPED_TRACE(recording.name());
    const v1::PspRequest request = recording.request();
    const auto built = connector_->build(request, account_);
    ASSERT_TRUE(built.ok()) << built.error().to_string();
    EXPECT_TRUE(recording.matches("sent", to_text(*built))) << to_text(*built);
    const std::string reply = to_text(connector_->read(request, recording.answer()));
    EXPECT_TRUE(recording.matches("reply", reply)) << reply;
  }
}

TEST_P(Conformance, EveryOperationIsRecorded) {
  std::set<v1::PspOperation> recorded;
  for (const Recording& recording : exchanges()) recorded.insert(recording.request().operation());
  for (const OperationRules& rules : capabilities().operations) {
    EXPECT_TRUE(recorded.contains(rules.operation)) << v1::PspOperation_Name(rules.operation);
  }
}

TEST_P(Conformance, UndeclaredOperationsAreRefused) {
  for (int number = v1::PspOperation_MIN; number <= v1::PspOperation_MAX; ++number) {
    const auto operation = static_cast<v1::PspOperation>(number);
    const bool declared = find_operation(capabilities(), operation) != nullptr;
    const auto built = connector_->build(sample(operation), account_);
    EXPECT_EQ(built.ok(), declared) << v1::PspOperation_Name(operation);
    if (!declared) EXPECT_EQ(built.error().reason(), "psp_operation_unsupported");
  }
}

TEST_P(Conformance, TheDeclineMapIsCompleteAndSorted) {
  EXPECT_TRUE(std::ranges::is_sorted(capabilities().declines, {}, &DeclineRule::psp_code));
  for (const DeclineRule& rule : capabilities().declines) {
    SCOPED_TRACE(rule.psp_code);
    EXPECT_NE(rule.code, common::v1::FAILURE_CODE_UNSPECIFIED);
    EXPECT_NE(rule.actor, common::v1::FAILURE_ACTOR_UNSPECIFIED);
    EXPECT_FALSE(rule.message.empty());
    EXPECT_EQ(failure_of(capabilities(), rule.psp_code).code(), rule.code);
  }
  const auto unknown = failure_of(capabilities(), "no such code");
  EXPECT_EQ(unknown.code(), common::v1::FAILURE_CODE_OTHER);
  EXPECT_EQ(unknown.psp_code(), "no such code");
  EXPECT_FALSE(unknown.retryable());
}

TEST_P(Conformance, EachKindOfMethodIsDeclaredOnceWithCurrenciesItTakes) {
  EXPECT_FALSE(capabilities().methods.empty());
  std::set<payments::v1::PaymentMethodKind> kinds;
  for (const MethodRules& rules : capabilities().methods) {
    SCOPED_TRACE(payments::v1::PaymentMethodKind_Name(rules.kind));
    EXPECT_NE(rules.kind, payments::v1::PAYMENT_METHOD_KIND_UNSPECIFIED);
    EXPECT_TRUE(kinds.insert(rules.kind).second);
    EXPECT_EQ(std::ranges::adjacent_find(rules.currencies, std::ranges::greater_equal{}), rules.currencies.end())
        << "sorted, each once";
    for (const std::string_view code : rules.currencies) {
      const auto currency = Currency::parse(code);
      EXPECT_TRUE(currency && connector_->unit_exponent(*currency)) << code;
    }
  }
}

TEST_P(Conformance, FailuresOfTheProviderAreUnclear) {
  for (const Recording& recording : exchanges()) {
    for (const int status : {401, 403, 429, 500, 502, 503, 504, 599}) {
      PspHttpReply answer = recording.answer();
      answer.status = status;
      EXPECT_EQ(connector_->read(recording.request(), answer).status(), v1::PSP_STATUS_UNCLEAR)
          << recording.name() << " with status " << status;
    }
  }
}

TEST_P(Conformance, AnswersThatAreNotTheProvidersAreUnclear) {
  const std::string deep(100'000, '[');
  for (const OperationRules& rules : capabilities().operations) {
    for (const int status : {100, 200, 204, 301, 400, 402, 404, 409, 422}) {
      for (const std::string& body :
           {std::string(), std::string("null"), std::string("{}"), std::string("[]"),
            std::string("<html>404 Not Found</html>"), std::string("\xff\xfe"), std::string(R"({"error":{}})"),
            std::string(R"({"status":"authorized"})"), deep}) {
        const auto reply = connector_->read(sample(rules.operation), {.status = status, .headers = {}, .body = body});
        EXPECT_EQ(reply.status(), v1::PSP_STATUS_UNCLEAR)
            << v1::PspOperation_Name(rules.operation) << " " << status << " " << body.substr(0, 40);
      }
    }
  }
}

TEST_P(Conformance, CutAnswersAreUnclear) {
  for (const Recording& recording : exchanges()) {
    const PspHttpReply whole = recording.answer();
    for (std::size_t size = 0; size < whole.body.size(); ++size) {
      const PspHttpReply cut{.status = whole.status, .headers = {}, .body = whole.body.substr(0, size)};
      EXPECT_EQ(connector_->read(recording.request(), cut).status(), v1::PSP_STATUS_UNCLEAR)
          << recording.name() << " cut at " << size;
    }
  }
}

// A wrong value either makes the answer unclear or does not matter; it never turns one outcome into another.
TEST_P(Conformance, DamagedAnswersAreUnclearOrMeanTheSame) {
  for (const Recording& recording : exchanges()) {
    const v1::PspRequest request = recording.request();
    const PspHttpReply whole = recording.answer();
    const v1::PspStatus original = connector_->read(request, whole).status();
    for (const std::string& body : damaged_copies(whole.body)) {
      const auto reply = connector_->read(request, {.status = whole.status, .headers = {}, .body = body});
      // A code that became unknown turns a soft decline hard.
      const bool still_declined = is_negative(original) && original != v1::PSP_STATUS_ABSENT &&
                                  is_negative(reply.status()) && reply.status() != v1::PSP_STATUS_ABSENT;
      EXPECT_TRUE(reply.status() == v1::PSP_STATUS_UNCLEAR || reply.status() == original || still_declined)
          << recording.name() << ": " << body << "\n"
          << to_text(reply);
      EXPECT_GE(reply.authorized_minor(), 0);
      EXPECT_LE(reply.captured_minor(), reply.authorized_minor());
    }
  }
}

TEST_P(Conformance, AnswersAboutAnotherAmountOrCurrencyAreUnclear) {
  for (const Recording& recording : exchanges()) {
    const PspHttpReply answer = recording.answer();
    // Where the provider states no money there is nothing to contradict.
    if (connector_->read(recording.request(), answer).currency().empty()) continue;
    SCOPED_TRACE(recording.name());
    v1::PspRequest other = recording.request();
    other.set_currency("CHF");
    EXPECT_EQ(connector_->read(other, answer).status(), v1::PSP_STATUS_UNCLEAR);
    if (other.operation() == v1::PSP_OPERATION_VOID || is_read(other.operation())) continue;
    other = recording.request();
    other.set_amount_minor(other.amount_minor() + 1);
    EXPECT_EQ(connector_->read(other, answer).status(), v1::PSP_STATUS_UNCLEAR);
    other = recording.request();
    other.set_amount_minor(other.amount_minor() * 100);
    EXPECT_EQ(connector_->read(other, answer).status(), v1::PSP_STATUS_UNCLEAR);
  }
}

TEST_P(Conformance, IdempotencyKeysAreSentAndTriesAreTheSameBytes) {
  for (const OperationRules& rules : capabilities().operations) {
    const v1::PspRequest request = sample(rules.operation);
    const auto first = connector_->build(request, account_);
    const auto second = connector_->build(request, account_);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(to_text(*first), to_text(*second));
    if (rules.idempotency_kept == Duration{}) continue;
    EXPECT_NE(to_text(*first).find(request.idempotency_key()), std::string::npos);
    v1::PspRequest without = request;
    without.clear_idempotency_key();
    EXPECT_FALSE(connector_->build(without, account_).ok());
  }
}

TEST_P(Conformance, AmountsAreInTheProvidersUnit) {
  for (const char* code : {"JPY", "EUR", "BHD"}) {
    const Currency currency = *Currency::parse(code);
    const auto exponent = connector_->unit_exponent(currency);
    v1::PspRequest request = sample(v1::PSP_OPERATION_AUTHORIZE);
    request.set_currency(code);
    request.set_amount_minor(123'450);
    const auto built = connector_->build(request, account_);
    ASSERT_EQ(built.ok(), exponent.has_value()) << code;
    if (!exponent) continue;
    // What the provider will read, brought to minor units with nothing but the position of the point.
    std::string digits = GetParam().amount_of(*built);
    const std::size_t point = digits.find('.');
    int decimals = *exponent;
    if (point != std::string::npos) {
      decimals = static_cast<int>(digits.size() - point - 1);
      digits.erase(point, 1);
    }
    for (; decimals < currency.exponent(); ++decimals) digits += '0';
    for (; decimals > currency.exponent(); --decimals) {
      ASSERT_EQ(digits.back(), '0');
      digits.pop_back();
    }
    EXPECT_EQ(digits, "123450") << code;
  }
}

TEST_P(Conformance, WrongRequestsAreRefusedWithoutLeaks) {
  const auto refused = [&](const v1::PspRequest& request) {
    const auto built = connector_->build(request, account_);
    ASSERT_FALSE(built.ok()) << to_text(request);
    EXPECT_EQ(built.error().code(), Code::invalid_argument);
    expect_no_secret(built.error().to_string());
  };
  v1::PspRequest request = sample(v1::PSP_OPERATION_AUTHORIZE);
  for (const std::int64_t amount : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    request.set_amount_minor(amount);
    refused(request);
  }
  for (const char* currency : {"", "eur", "XXQ", "EURO"}) {
    request = sample(v1::PSP_OPERATION_AUTHORIZE);
    request.set_currency(currency);
    refused(request);
  }
  for (const std::string& text : {std::string("a\r\nx-evil: 1"), std::string("a b"), std::string(300, 'a')}) {
    request = sample(v1::PSP_OPERATION_AUTHORIZE);
    request.set_idempotency_key(text);
    refused(request);
    request = sample(v1::PSP_OPERATION_CAPTURE);
    request.set_psp_reference(text);
    refused(request);
  }
}

TEST_P(Conformance, PathsCannotBeEscaped) {
  v1::PspRequest request = sample(v1::PSP_OPERATION_CAPTURE);
  request.set_psp_reference("../../control?x=1#");
  const auto built = connector_->build(request, account_);
  if (!built.ok()) return;
  EXPECT_EQ(built->url.find('?'), std::string::npos);
  EXPECT_EQ(built->url.find("/../"), std::string::npos);
  request.set_psp_reference("..");
  EXPECT_FALSE(connector_->build(request, account_).ok());
}

TEST_P(Conformance, SecretsStandInOneHeaderOnly) {
  for (const OperationRules& rules : capabilities().operations) {
    auto built = connector_->build(sample(rules.operation), account_);
    ASSERT_TRUE(built.ok());
    EXPECT_TRUE(built->url.starts_with(account_.base_url));
    int holders = 0;
    for (const auto& field : built->headers.fields()) {
      if (field.value.find(account_.api_key) != std::string::npos) ++holders;
    }
    EXPECT_LE(holders, 1);
    built->headers.clear();
    expect_no_secret(to_text(*built));
    // A provider that repeats the key in its answer does not get it into what we keep.
    const std::string echo =
        fmt::format(R"({{"error":{{"code":"invalid_request","message":"{}"}}}})", account_.api_key);
    for (const int status : {200, 400, 401, 404, 500}) {
      const auto reply = connector_->read(sample(rules.operation), {.status = status, .headers = {}, .body = echo});
      expect_no_secret(to_text(reply));
    }
  }
}

TEST_P(Conformance, RecordedWebhooksAreReadAsRecorded) {
  ASSERT_FALSE(webhooks().empty());
  for (Recording& recording : webhooks()) {
    SCOPED_TRACE(recording.name());
    const auto webhook = GetParam().sign(recording.unsigned_webhook().body, account_, signed_at);
    const auto event = connector_->read_webhook(webhook, account_, signed_at);
    ASSERT_TRUE(event.ok()) << event.error().to_string();
    EXPECT_TRUE(recording.matches("event", to_text(*event))) << to_text(*event);
    EXPECT_FALSE(event->event_id().empty());
    // The same notification again has the same id, by which the receiver drops it.
    const auto again = GetParam().sign(recording.unsigned_webhook().body, account_, signed_at + Duration::seconds(60));
    EXPECT_EQ(connector_->read_webhook(again, account_, signed_at + Duration::seconds(60))->event_id(),
              event->event_id());
  }
}

TEST_P(Conformance, ForgedAndAlteredWebhooksAreRefused) {
  for (const Recording& recording : webhooks()) {
    const std::string body = recording.unsigned_webhook().body;
    const auto refused = [&](const WebhookRequest& webhook, const Account& account) {
      const auto event = connector_->read_webhook(webhook, account, signed_at);
      ASSERT_FALSE(event.ok());
      EXPECT_EQ(event.error().code(), Code::unauthenticated);
      expect_no_secret(event.error().to_string());
    };
    const WebhookRequest genuine = GetParam().sign(body, account_, signed_at);
    refused({.headers = {}, .body = body}, account_);
    Account other = account_;
    other.webhook_secret = "another secret";
    refused(GetParam().sign(body, other, signed_at), account_);
    other.webhook_secret.clear();
    refused(GetParam().sign(body, other, signed_at), other);
    for (std::size_t place = 0; place < body.size(); ++place) {
      WebhookRequest altered = genuine;
      altered.body[place] = static_cast<char>(altered.body[place] ^ 1);
      refused(altered, account_);
    }
    WebhookRequest longer = genuine;
    longer.body += " ";
    refused(longer, account_);
    // Nor with a header that is damaged in any place.
    for (const auto& field : genuine.headers.fields()) {
      for (std::size_t place = 0; place < field.value.size(); ++place) {
        WebhookRequest altered{.headers = {}, .body = body};
        std::string value = field.value;
        value[place] = static_cast<char>(value[place] ^ 1);
        altered.headers.add(field.name, value);
        refused(altered, account_);
      }
    }
  }
}

TEST_P(Conformance, OldWebhooksAreRefused) {
  if (capabilities().webhook_signature != WebhookSignature::hmac_sha256_of_time_and_body) GTEST_SKIP();
  const Duration tolerance = capabilities().webhook_tolerance;
  for (const Recording& recording : webhooks()) {
    const auto webhook = GetParam().sign(recording.unsigned_webhook().body, account_, signed_at);
    for (const Duration off : {tolerance, Duration{} - tolerance}) {
      EXPECT_TRUE(connector_->read_webhook(webhook, account_, signed_at + off).ok());
      const Duration beyond = off > Duration{} ? off + Duration::seconds(1) : off - Duration::seconds(1);
      const auto event = connector_->read_webhook(webhook, account_, signed_at + beyond);
      ASSERT_FALSE(event.ok());
      EXPECT_EQ(event.error().reason(), "webhook_expired");
    }
  }
}

TEST_P(Conformance, UnreadableWebhooksAreErrors) {
  for (const Recording& recording : webhooks()) {
    const std::string body = recording.unsigned_webhook().body;
    for (std::size_t size = 0; size < body.size(); ++size) {
      const auto webhook = GetParam().sign(body.substr(0, size), account_, signed_at);
      const auto event = connector_->read_webhook(webhook, account_, signed_at);
      ASSERT_FALSE(event.ok());
      EXPECT_EQ(event.error().reason(), "webhook_unreadable");
    }
    for (const std::string& damaged : damaged_copies(body)) {
      // Must not crash; whether it is read depends on the field.
      (void)connector_->read_webhook(GetParam().sign(damaged, account_, signed_at), account_, signed_at);
    }
  }
}

TEST_P(Conformance, AbsenceIsProofOnlyAfterItsTime) {
  const AbsenceRule& rule = capabilities().absence;
  if (!rule.provable) {
    EXPECT_FALSE(proves_absence(rule, Duration::days(365)));
    return;
  }
  EXPECT_GT(rule.after, Duration{});
  EXPECT_FALSE(proves_absence(rule, rule.after - Duration::microseconds(1)));
  EXPECT_TRUE(proves_absence(rule, rule.after));
}

}  // namespace florin::connectors
