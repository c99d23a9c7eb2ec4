#include "api/common/validate.h"

#include <gmock/gmock.h>

#include <functional>

#include "florin/ledger/v1/ledger.pb.h"
#include "florin/payments/v1/payments.pb.h"

namespace florin::api {
namespace {

using ledger::v1::CreateAccountsRequest;
using payments::v1::CreatePaymentRequest;
using payments::v1::GetPaymentRequest;
using payments::v1::ListPaymentsRequest;

std::vector<FieldViolation> violations(const google::protobuf::Message& request) {
  const auto valid = validate(request);
  if (valid.ok()) return {};
  EXPECT_EQ(valid.error().code(), Code::invalid_argument);
  EXPECT_EQ(valid.error().reason(), "field_invalid");
  return valid.error().field_violations();
}

CreatePaymentRequest good_payment() {
  CreatePaymentRequest request;
  request.mutable_amount()->set_currency("USD");
  request.mutable_amount()->set_minor(1'250);
  request.mutable_payment_method()->set_token("tok_success");
  return request;
}

struct Case {
  const char* field;
  const char* description;
  std::function<void(CreatePaymentRequest&)> change;
};

TEST(ValidateTest, EachRuleNamesItsField) {
  const std::string zero("a\0b", 3);
  const Case cases[] = {
      {"reference", "must not hold the character U+0000", [&](auto& r) { r.set_reference(zero); }},
      {"description", "must not hold the character U+0000", [&](auto& r) { r.set_description(zero); }},
      {"metadata", "must not hold the character U+0000", [&](auto& r) { (*r.mutable_metadata())["k"] = zero; }},
      {"metadata", "must not hold the character U+0000", [&](auto& r) { (*r.mutable_metadata())[zero] = "v"; }},
      {"amount", "is required", [](auto& r) { r.clear_amount(); }},
      {"amount.currency", "is required", [](auto& r) { r.mutable_amount()->clear_currency(); }},
      {"amount.currency", "must be an ISO 4217 currency code in upper case, like USD",
       [](auto& r) { r.mutable_amount()->set_currency("usd"); }},
      {"amount.minor", "must be at least 1", [](auto& r) { r.mutable_amount()->set_minor(0); }},
      {"amount.minor", "must be at least 1", [](auto& r) { r.mutable_amount()->set_minor(INT64_MIN); }},
      {"amount.minor", "must be at most 1000000000000000",
       [](auto& r) { r.mutable_amount()->set_minor(1'000'000'000'000'001); }},
      {"payment_method.token", "must match tok_[a-zA-Z0-9_]+",
       [](auto& r) { r.mutable_payment_method()->set_token("4242424242424242"); }},
      {"payment_method.token", "must match tok_[a-zA-Z0-9_]+",
       [](auto& r) { r.mutable_payment_method()->set_token("x tok_success x"); }},
      {"payment_method.token", "must be at most 200 bytes long",
       [](auto& r) { r.mutable_payment_method()->set_token("tok_" + std::string(197, 'a')); }},
      {"capture_method", "must be one of the documented values",
       [](auto& r) { r.set_capture_method(static_cast<payments::v1::CaptureMethod>(77)); }},
      {"description", "must be at most 1000 bytes long", [](auto& r) { r.set_description(std::string(1'001, 'x')); }},
      {"statement_descriptor", "must match [ -~]*", [](auto& r) { r.set_statement_descriptor("Caf\xc3\xa9"); }},
      {"return_url", "must be an absolute http or https URL", [](auto& r) { r.set_return_url("javascript:alert(1)"); }},
      {"return_url", "must be an absolute http or https URL", [](auto& r) { r.set_return_url("/back"); }},
      {"return_url", "must be an absolute http or https URL",
       [](auto& r) { r.set_return_url("https://shop.test/a b"); }},
      {"metadata", "must have keys of at most 40 bytes",
       [](auto& r) { (*r.mutable_metadata())[std::string(41, 'k')] = "v"; }},
      {"metadata", "must not have an empty key", [](auto& r) { (*r.mutable_metadata())[""] = "v"; }},
      {"metadata[\"k\"]", "must be at most 500 bytes long",
       [](auto& r) { (*r.mutable_metadata())["k"] = std::string(501, 'v'); }},
      {"metadata", "must have at most 50 elements",
       [](auto& r) {
         for (int i = 0; i < 51; ++i) (*r.mutable_metadata())[std::to_string(i)] = "v";
       }},
  };
  for (const Case& one : cases) {
    CreatePaymentRequest request = good_payment();
    one.change(request);
    EXPECT_THAT(violations(request), testing::ElementsAre(FieldViolation{one.field, one.description}))
        << request.ShortDebugString().substr(0, 200);
  }
}

TEST(ValidateTest, WhatKeepsTheRulesPasses) {
  const std::function<void(CreatePaymentRequest&)> changes[] = {
      [](auto&) {},
      [](auto& r) { r.clear_payment_method(); },
      [](auto& r) { r.mutable_payment_method()->clear_token(); },
      [](auto& r) { r.mutable_amount()->set_minor(1'000'000'000'000'000); },
      [](auto& r) { r.set_return_url("http://localhost:8080/back?order=7&x=%20"); },
      [](auto& r) { r.set_return_url("https://[::1]:8080"); },
      [](auto& r) { r.set_description(std::string(1'000, 'x')); },
      [](auto& r) { (*r.mutable_metadata())[std::string(40, 'k')] = std::string(500, 'v'); },
  };
  for (const auto& change : changes) {
    CreatePaymentRequest request = good_payment();
    change(request);
    EXPECT_THAT(violations(request), testing::IsEmpty()) << request.ShortDebugString().substr(0, 200);
  }
}

TEST(ValidateTest, IdsHaveTheirPrefixAndForm) {
  GetPaymentRequest request;
  EXPECT_THAT(violations(request), testing::ElementsAre(FieldViolation{"payment_id", "is required"}));
  request.set_payment_id("pay_0123456789abcdefghjk");
  EXPECT_THAT(violations(request), testing::IsEmpty());
  for (const char* wrong : {"pay_", "pay_0123456789abcdefghj", "pay_0123456789abcdefghjkm", "ref_0123456789abcdefghjk",
                            "pay_0123456789ABCDEFGHJK", "pay_0123456789abcdefghil"}) {
    request.set_payment_id(wrong);
    EXPECT_THAT(violations(request),
                testing::ElementsAre(FieldViolation{"payment_id", "must be an id that starts with pay_"}))
        << wrong;
  }
}

TEST(ValidateTest, ListsAreCheckedElementByElement) {
  CreateAccountsRequest request;
  EXPECT_THAT(violations(request), testing::ElementsAre(FieldViolation{"accounts", "must have at least 1 elements"}));
  for (int i = 0; i < 3; ++i) {
    auto& account = *request.add_accounts();
    account.set_path("bank/main");
    account.set_ledger("USD/2");
    account.set_account_class(ledger::v1::ACCOUNT_CLASS_ASSET);
  }
  EXPECT_THAT(violations(request), testing::IsEmpty());
  request.mutable_accounts(1)->set_ledger("usd");
  request.mutable_accounts(2)->clear_account_class();
  request.mutable_accounts(2)->set_code(65'536);
  std::vector<std::string> fields;
  for (const auto& violation : violations(request)) fields.push_back(violation.field);
  EXPECT_THAT(fields, testing::ElementsAre("accounts[1].ledger", "accounts[2].account_class", "accounts[2].code"));
}

TEST(ValidateTest, TellsAllViolationsUpToALimit) {
  CreateAccountsRequest request;
  for (std::size_t i = 0; i < violations_max; ++i) request.add_accounts();
  EXPECT_EQ(violations(request).size(), violations_max);
  ListPaymentsRequest list;
  list.set_page_size(-1);
  list.set_currency("XXXX");
  EXPECT_EQ(violations(list).size(), 2u);
  const auto refused = validate(list);
  EXPECT_THAT(refused.error().message(), testing::StartsWith(refused.error().field_violations().front().field));
}

}  // namespace
}  // namespace florin::api
