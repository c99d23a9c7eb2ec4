#include "sandbox_psp/challenge_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/money.h"
#include "http/html.h"

namespace florin::sandbox_psp {
namespace {

// One button; `failure` is what it does to the payment, none for a payment that goes through.
struct Button {
  std::string_view outcome;
  std::string_view label;
  Failure failure = Failure::none;
};

struct Texts {
  std::string_view title;
  std::string_view who;  // whose page it is
  std::span<const Button> buttons;
};

constexpr Button card_buttons[] = {
    {"pass", "Pass: yes, this is me"},
    {"fail", "Fail: the check does not succeed", Failure::authentication_failed},
    {"abandon", "Abandon: leave without an answer", Failure::canceled_by_shopper},
};
constexpr Button wallet_buttons[] = {
    {"pass", "Pay"},
    {"fail", "Decline: the wallet refuses", Failure::declined_by_provider},
    {"abandon", "Cancel and go back to the shop", Failure::canceled_by_shopper},
};
constexpr Button upi_buttons[] = {
    {"pass", "Approve in the app"},
    {"fail", "Decline in the app", Failure::canceled_by_shopper},
};
constexpr Button bank_transfer_buttons[] = {
    {"pass", "The money has arrived"},
    {"fail", "It never comes", Failure::payment_expired},
};
constexpr Button instalment_buttons[] = {
    {"pass", "Agree and pay in three parts"},
    {"fail", "Decline: the lender refuses", Failure::declined_by_provider},
    {"abandon", "Cancel and go back to the shop", Failure::canceled_by_shopper},
};

constexpr Texts card{"Is this payment yours?", "This is a test bank. No money moves.", card_buttons};
constexpr Texts wallet{"Pay with your wallet", "This is a test wallet. No money moves.", wallet_buttons};
constexpr Texts upi{"Approve this payment?", "This page plays the shopper's payment app. No money moves.", upi_buttons};
constexpr Texts bank_transfer{"Has the money arrived?", "This page plays the shopper's bank. No money moves.",
                              bank_transfer_buttons};
constexpr Texts instalments{"Pay in three parts", "This is a test lender. No money moves.", instalment_buttons};

const Scenario& scenario_of(const Payment& payment) {
  return scenarios()[payment.scenario];
}

const Texts& texts_of(const Payment& payment) {
  switch (scenario_of(payment).method) {
    case Method::card:
      return card;
    case Method::wallet:
      return wallet;
    case Method::upi:
      return upi;
    case Method::bank_transfer:
      return bank_transfer;
    case Method::buy_now_pay_later:
      break;
  }
  return instalments;
}

std::string amount_text(const Payment& payment, std::int64_t minor) {
  const auto currency = Currency::parse(payment.currency_code());
  return currency ? http::escape_html(Money{*currency, minor}.to_string()) : std::string();
}

std::string instalments_html(const Payment& payment) {
  const auto parts = instalments_of(payment.amount);
  return fmt::format(
      "<h2>Your three payments</h2><dl><dt>Today</dt><dd>{}</dd><dt>In 30 days</dt><dd>{}</dd>"
      "<dt>In 60 days</dt><dd>{}</dd></dl>",
      amount_text(payment, parts[0]), amount_text(payment, parts[1]), amount_text(payment, parts[2]));
}

}  // namespace

std::string_view question_title(const Payment& payment) {
  return texts_of(payment).title;
}

std::string question_html(const Question& question) {
  const Payment& payment = question.payment;
  const Texts& texts = texts_of(payment);
  const std::string& descriptor = question.texts.descriptor;
  std::string html =
      fmt::format("<p>{}</p><dl><dt>Amount</dt><dd>{}</dd><dt>To</dt><dd>{}</dd><dt>Reference</dt><dd>{}</dd></dl>",
                  texts.who, amount_text(payment, payment.amount),
                  descriptor.empty() ? std::string("a shop in the sandbox") : http::escape_html(descriptor),
                  http::escape_html(question.reference));
  if (scenario_of(payment).method == Method::buy_now_pay_later) html += instalments_html(payment);
  html += "<form method=\"post\">";
  for (const Button& button : texts.buttons) {
    html += fmt::format("<button{} name=\"outcome\" value=\"{}\">{}</button>",
                        button.failure == Failure::none ? " class=\"main\"" : "", button.outcome, button.label);
  }
  return html + "</form>";
}

std::optional<Decision> decision_of(const Payment& payment, std::string_view outcome) {
  const auto buttons = texts_of(payment).buttons;
  const auto pressed = std::ranges::find(buttons, outcome, &Button::outcome);
  if (pressed == buttons.end()) return std::nullopt;
  if (pressed->failure != Failure::none) return Decision{.failure = pressed->failure};
  const Scenario& scenario = scenario_of(payment);
  if (scenario.way == Way::challenge_fails) return Decision{.failure = Failure::authentication_failed};
  if (scenario.way == Way::challenge_declines) return Decision{.failure = scenario.failure};
  return Decision{.passes = true};
}

std::array<std::int64_t, 3> instalments_of(std::int64_t amount) {
  return {(amount + 2) / 3, (amount + 1) / 3, amount / 3};
}

}  // namespace florin::sandbox_psp
