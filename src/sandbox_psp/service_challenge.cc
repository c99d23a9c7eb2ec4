// What the Service asks of shoppers, and the pages on which they decide: a bank's challenge, a wallet, a lender; for
// what happens in an app or at a bank, a page for testers. Plain HTML with forms; no script.
#include <algorithm>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "http/html.h"
#include "sandbox_psp/answers.h"
#include "sandbox_psp/challenge_pages.h"
#include "sandbox_psp/render.h"
#include "sandbox_psp/service.h"

namespace florin::sandbox_psp {
namespace {

constexpr std::string_view style =
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 "
    "1rem;color:#1b1b1b;background:#fff}"
    "button,a.button{display:block;width:100%;box-sizing:border-box;margin:.75rem "
    "0;padding:.9rem;font:inherit;text-align:center;"
    "border:2px solid #1b4f9c;border-radius:.5rem;background:#fff;color:#1b4f9c}"
    "button.main{background:#1b4f9c;color:#fff}button:focus-visible,a:focus-visible{outline:3px solid "
    "#f5a700;outline-offset:2px}"
    "dt{font-weight:600}dd{margin:0 0 .5rem}";

PspAnswer page(int status, std::string_view title, std::string_view content) {
  PspAnswer answer;
  answer.reply.status = status;
  answer.reply.headers.add("content-type", "text/html; charset=utf-8");
  answer.reply.headers.add("cache-control", "no-store");
  answer.reply.headers.add("referrer-policy", "no-referrer");
  // No form-action: browsers apply it to the redirect after the form too, and that leads to the merchant.
  answer.reply.headers.add("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'");
  answer.reply.body = fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><title>{0}</title><style>{1}</style></head>"
      "<body><main><h1>{0}</h1>{2}</main></body></html>",
      http::escape_html(title), style, content);
  return answer;
}

std::string return_to(const std::string& return_url, std::uint32_t number) {
  const std::size_t hash = return_url.find('#');
  const std::string before = return_url.substr(0, hash);
  const std::string after = hash == std::string::npos ? std::string() : return_url.substr(hash);
  return before + (before.find('?') == std::string::npos ? '?' : '&') + "psp_payment=" + payment_id(number) + after;
}

// Also the answer to a second click and to "Back": the outcome stands, and the shopper goes on to the merchant.
PspAnswer send_back(const std::string& return_url, std::uint32_t number) {
  if (return_url.empty()) return page(200, "Thank you", "<p>You can close this page and go back to the shop.</p>");
  PspAnswer answer = page(303, "Back to the shop",
                          fmt::format("<p><a class=\"button\" href=\"{}\">Back to the shop</a></p>",
                                      http::escape_html(return_to(return_url, number))));
  answer.reply.headers.add("location", return_to(return_url, number));
  return answer;
}

}  // namespace

std::string Service::code_of(std::string_view purpose, std::uint32_t number, std::size_t bytes) const {
  const auto mac = crypto::hmac_sha256(options_.webhook_secret + options_.api_key,
                                       fmt::format("{} {}", purpose, payment_id(number)));
  return hex(crypto::as_bytes(mac).substr(0, bytes));
}

std::string Service::challenge_code(std::uint32_t number) const {
  return code_of("challenge", number, 16);
}

std::string Service::page_url(const Context& context, std::uint32_t number) const {
  std::string origin = options_.public_url;
  if (origin.empty()) origin = std::string(context.target.origin);
  if (origin.empty()) origin = "http://" + std::string(context.request.headers.get("host").value_or("localhost"));
  return fmt::format("{}/challenge/{}.{}", origin, payment_id(number), challenge_code(number));
}

// Letters and digits only, for UPI allows no more. Unique by the number; one that is misspelt is no other payment's.
std::string Service::transfer_reference(std::uint32_t number) const {
  std::string code = code_of("transfer", number, 2);
  std::ranges::transform(code, code.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return fmt::format("SB{:06}{}", number, code);
}

ShopperAction Service::action_of(const Context& context, std::uint32_t number) const {
  const Payment& payment = books_.payment(number);
  const Method method = scenarios()[payment.scenario].method;
  if (rules_of(method).sends_shopper) return {.page_url = page_url(context, number)};
  ShopperAction action{.test_url = page_url(context, number)};
  if (method == Method::upi) {
    const std::string& shop = books_.challenge_texts(number).descriptor;
    action.app_url = upi_url({.payee_name = shop.empty() ? account_holder : std::string_view(shop),
                              .amount_minor = payment.amount,
                              .reference = transfer_reference(number)});
  } else {
    action.bank_reference = transfer_reference(number);
  }
  return action;
}

PspAnswer Service::challenge(const Context& context, std::string_view rest) {
  const std::size_t dot = rest.find('.');
  const std::uint32_t number = parse_number("psp_", rest.substr(0, dot));
  const bool genuine = number != 0 && number <= books_.payment_count() && dot != std::string_view::npos &&
                       crypto::constant_time_equal(rest.substr(dot + 1), challenge_code(number));
  if (!genuine) return page(404, "No such check", "<p>This address is not complete. Go back to the shop.</p>");
  if (context.request.method == "POST") return decide_challenge(context, number);
  const Payment& payment = books_.payment(number);
  const ChallengeTexts& texts = books_.challenge_texts(number);
  if (payment.status == PaymentStatus::requires_action) {
    const bool sends_shopper = rules_of(scenarios()[payment.scenario].method).sends_shopper;
    const std::string reference = sends_shopper ? std::string(payment.reference) : transfer_reference(number);
    return page(200, question_title(payment), question_html({payment, texts, reference}));
  }
  const bool is_card = scenarios()[payment.scenario].method == Method::card;
  const std::string link = texts.return_url.empty()
                               ? std::string("<p>You can close this page.</p>")
                               : fmt::format("<p><a class=\"button\" href=\"{}\">Back to the shop</a></p>",
                                             http::escape_html(return_to(texts.return_url, number)));
  return page(200, is_card ? "This check is over" : "This payment is over", link);
}

PspAnswer Service::decide_challenge(const Context& context, std::uint32_t number) {
  const Payment& payment = books_.payment(number);
  if (payment.status == PaymentStatus::requires_action) {
    const auto form = parse_form(context.request.body);
    const auto outcome = form.find("outcome");
    const auto decision = decision_of(payment, outcome == form.end() ? std::string_view() : outcome->second);
    if (!decision) return page(400, "Please choose", "<p>Go back and press one of the buttons.</p>");
    const PaymentStatus approved = payment.capture ? PaymentStatus::captured : PaymentStatus::authorized;
    commit(PaymentChanged{.payment = number,
                          .status = decision->passes ? approved : PaymentStatus::declined,
                          .failure = decision->failure});
    notify_payment(number, context.now);
  }
  return send_back(books_.challenge_texts(number).return_url, number);
}

}  // namespace florin::sandbox_psp
