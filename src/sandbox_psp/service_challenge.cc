// The challenge pages of the Service: what a bank shows a shopper. Plain HTML with forms; no script.
#include "base/encoding.h"
#include "crypto/hash.h"
#include "http/html.h"
#include "sandbox_psp/answers.h"
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

std::string amount_text(const Payment& payment) {
  const auto currency = Currency::parse(payment.currency_code());
  return currency ? Money{*currency, payment.amount}.to_string() : std::string();
}

std::string question(const Payment& payment, const ChallengeTexts& texts) {
  const std::string shop =
      texts.descriptor.empty() ? std::string("a shop in the sandbox") : http::escape_html(texts.descriptor);
  return fmt::format(
      "<p>This is a test bank. No money moves.</p>"
      "<dl><dt>Amount</dt><dd>{}</dd><dt>To</dt><dd>{}</dd><dt>Reference</dt><dd>{}</dd></dl>"
      "<form method=\"post\">"
      "<button class=\"main\" name=\"outcome\" value=\"pass\">Pass: yes, this is me</button>"
      "<button name=\"outcome\" value=\"fail\">Fail: the check does not succeed</button>"
      "<button name=\"outcome\" value=\"abandon\">Abandon: leave without an answer</button>"
      "</form>",
      http::escape_html(amount_text(payment)), shop, http::escape_html(payment.reference));
}

struct Decision {
  bool passes = false;
  Failure failure = Failure::none;
};

std::optional<Decision> decision_of(const Scenario& scenario, std::string_view outcome) {
  if (outcome == "fail") return Decision{.failure = Failure::authentication_failed};
  if (outcome == "abandon") return Decision{.failure = Failure::canceled_by_shopper};
  if (outcome != "pass") return std::nullopt;
  if (scenario.way == Way::challenge_fails) return Decision{.failure = Failure::authentication_failed};
  if (scenario.way == Way::challenge_declines) return Decision{.failure = scenario.failure};
  return Decision{.passes = true};
}

}  // namespace

std::string Service::challenge_code(std::uint32_t number) const {
  const auto mac = crypto::hmac_sha256(options_.webhook_secret + options_.api_key, "challenge " + payment_id(number));
  return hex(crypto::as_bytes(mac).substr(0, 16));
}

std::string Service::action_url(const Context& context, std::uint32_t number) const {
  std::string origin = options_.public_url;
  if (origin.empty()) origin = std::string(context.target.origin);
  if (origin.empty()) origin = "http://" + std::string(context.request.headers.get("host").value_or("localhost"));
  return fmt::format("{}/challenge/{}.{}", origin, payment_id(number), challenge_code(number));
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
    return page(200, "Is this payment yours?", question(payment, texts));
  }
  const std::string link = texts.return_url.empty()
                               ? std::string("<p>You can close this page.</p>")
                               : fmt::format("<p><a class=\"button\" href=\"{}\">Back to the shop</a></p>",
                                             http::escape_html(return_to(texts.return_url, number)));
  return page(200, "This check is over", link);
}

PspAnswer Service::decide_challenge(const Context& context, std::uint32_t number) {
  const Payment& payment = books_.payment(number);
  if (payment.status == PaymentStatus::requires_action) {
    const auto form = parse_form(context.request.body);
    const auto outcome = form.find("outcome");
    const auto decision =
        decision_of(scenarios()[payment.scenario], outcome == form.end() ? std::string_view() : outcome->second);
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
