// Checks: what a payment, the books and the PSP must show.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "app/scenario/testing/steps.h"
#include "florin/common/v1/error.pb.h"
#include "ledger/queries.h"
#include "payments/queries.h"

namespace florin::app::scenario {
namespace {

namespace v1 = payments::v1;

std::string failure_word(const common::v1::PaymentFailure& failure) {
  return failure.code() == 0 ? "none" : word_of(common::v1::FailureCode_Name(failure.code()), "FAILURE_CODE_");
}

std::string attempts_words(const v1::Payment& payment) {
  std::string words;
  for (const v1::Attempt& attempt : payment.attempts()) {
    if (!words.empty()) words += ',';
    words += word_of(v1::AttemptStatus_Name(attempt.status()), "ATTEMPT_STATUS_");
  }
  return words.empty() ? "none" : words;
}

std::string attention_words(const v1::Payment& payment) {
  std::string words;
  for (const v1::Attention& attention : payment.attention()) {
    if (!words.empty()) words += ',';
    words += word_of(v1::AttentionReason_Name(attention.reason()), "ATTENTION_REASON_");
  }
  return words.empty() ? "none" : words;
}

std::string_view action_word(const v1::Action& action) {
  if (!action.redirect_url().empty()) return "page";
  if (!action.app_url().empty()) return "app";
  return action.has_bank_transfer() ? "transfer" : "none";
}

// Everything that `expect` can ask of a payment, as the script writes it.
std::map<std::string, std::string> facts_of(const v1::Payment& payment, int decimals) {
  const common::v1::PaymentFailure& failure = payment.last_failure();
  return {
      {"authorized", format_amount(payment.authorized_minor(), decimals)},
      {"captured", format_amount(payment.captured_minor(), decimals)},
      {"refunded", format_amount(payment.refunded_minor(), decimals)},
      {"capturable", format_amount(payment.capturable_minor(), decimals)},
      {"refundable", format_amount(payment.refundable_minor(), decimals)},
      {"attempts", attempts_words(payment)},
      {"operations", std::to_string(payment.operations_size())},
      {"failure", failure_word(failure)},
      {"actor", word_of(common::v1::FailureActor_Name(failure.actor()), "FAILURE_ACTOR_")},
      {"retryable", failure.retryable() ? "yes" : "no"},
      {"action", std::string(action_word(payment.action()))},
      {"method", word_of(v1::PaymentMethodKind_Name(payment.payment_method().kind()), "PAYMENT_METHOD_KIND_")},
      {"lapses", payment.has_expire_time() ? "yes" : "no"},
      {"attention", attention_words(payment)},
  };
}

std::map<std::string, std::string> facts_of(const v1::Operation& operation, int decimals) {
  return {
      {"kind", word_of(v1::OperationKind_Name(operation.kind()), "OPERATION_KIND_")},
      {"amount", format_amount(operation.amount_minor(), decimals)},
      {"failure", failure_word(operation.failure())},
  };
}

// Takes every name=value that is a fact, and compares.
Status compare(Arguments& arguments, const std::map<std::string, std::string>& facts) {
  for (const auto& [name, actual] : facts) {
    const auto wanted = arguments.named(name);
    if (wanted && *wanted != actual) return differs(name, *wanted, actual);
  }
  return arguments.done();
}

Status expect_operation(World& world, Arguments& arguments, const std::string& name, const std::string& status) {
  ASSIGN_OR_RETURN(const World::Operation named, world.operation(name));
  const v1::Payment payment = world.read(named.payment);
  const auto operation = std::ranges::find(payment.operations(), named.id, &v1::Operation::id);
  if (operation == payment.operations().end()) return differs(name, "an operation", "none");
  const std::string actual = word_of(v1::OperationStatus_Name(operation->status()), "OPERATION_STATUS_");
  if (actual != status) return differs("status", status, actual);
  return compare(arguments, facts_of(*operation, named.payment.currency.exponent()));
}

// expect <payment|operation> <status> [fact=value ...]
Status expect(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the payment or operation");
  const std::string status = arguments.next("its status");
  if (!world.is_payment(name)) return expect_operation(world, arguments, name, status);
  ASSIGN_OR_RETURN(const World::Payment named, world.payment(name));
  const v1::Payment payment = world.read(named);
  const std::string actual = word_of(v1::PaymentStatus_Name(payment.status()), "PAYMENT_STATUS_");
  if (actual != status) return differs("status", status, actual);
  return compare(arguments, facts_of(payment, named.currency.exponent()));
}

// same <payment> <payment>: two names of one.
Status same(World& world, Arguments& arguments) {
  const std::string first = arguments.next("a payment");
  const std::string second = arguments.next("another payment");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const World::Payment a, world.payment(first));
  ASSIGN_OR_RETURN(const World::Payment b, world.payment(second));
  if (a.id != b.id) return differs("the payments", a.id.to_string(), b.id.to_string());
  return ok();
}

// timeline <payment> <text>: a sentence of its timeline holds the text.
Status timeline(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the payment");
  const std::string text = arguments.next("the text");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const World::Payment named, world.payment(name));
  v1::GetPaymentRequest request;
  request.set_payment_id(named.id.to_string());
  ASSIGN_OR_RETURN(const auto response, payments::get_payment(world.state(), named.tenant, request));
  std::string all;
  for (const v1::TimelineEntry& entry : response.timeline()) {
    if (entry.summary().find(text) != std::string::npos) return ok();
    all += "\n    " + entry.summary();
  }
  return differs("the timeline", text, all);
}

// The figures of an account that are not zero: "path | debit | credit | pending debit | pending credit".
using Figures = std::array<std::string, 4>;

std::map<std::string, Figures> books_of(const World& world, TenantId tenant, std::string_view ledger, int decimals) {
  std::map<std::string, Figures> books;
  ledger::v1::ListAccountsRequest request;
  do {
    const auto page = ledger::list_accounts(world.state(), tenant, request).value();
    for (const auto& account : page.accounts()) {
      const auto shown = [&](const std::string& minor) {
        return minor == "0" ? std::string() : format_amount(std::stoll(minor), decimals);
      };
      const Figures figures = {shown(account.debits_posted()), shown(account.credits_posted()),
                               shown(account.debits_pending()), shown(account.credits_pending())};
      if (account.ledger() == ledger && figures != Figures{}) books[account.path()] = figures;
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return books;
}

std::string to_text(const std::map<std::string, Figures>& books) {
  std::string text;
  for (const auto& [path, f] : books)
    text += fmt::format("\n    | {} | {} | {} | {} | {} |", path, f[0], f[1], f[2], f[3]);
  return text.empty() ? "nothing" : text;
}

// books <currency or ledger> [tenant=], with one row for each account that has a figure.
Status books(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the currency");
  ASSIGN_OR_RETURN(const TenantId tenant, world.tenant(arguments.named("tenant")));
  RETURN_IF_ERROR(arguments.done());
  std::string ledger = name;
  const std::size_t slash = name.find('/');
  int decimals = slash == std::string::npos ? 0 : std::atoi(name.c_str() + slash + 1);
  if (slash == std::string::npos) {
    ASSIGN_OR_RETURN(const Currency currency, parse_currency(name));
    decimals = currency.exponent();
    ledger = fmt::format("{}/{}", name, decimals);
  }
  std::map<std::string, Figures> wanted;
  for (const Row& row : arguments.line().rows) {
    if (row.size() > 5)
      return script_wrong("a row of the books is | path | debit | credit | pending debit | pending credit |");
    Figures& figures = wanted[row[0]];
    for (std::size_t i = 1; i < row.size(); ++i) figures[i - 1] = row[i];
  }
  const auto actual = books_of(world, tenant, ledger, decimals);
  if (wanted != actual) return differs("the books", to_text(wanted), to_text(actual));
  return ok();
}

// at-psp <payment> [charges=] [created=] [captured=] [refunded=] [voided=]: the PSP's own books of this payment. A
// charge is what holds the shopper's money now.
Status at_psp(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the payment");
  ASSIGN_OR_RETURN(const World::Payment payment, world.payment(name));
  const sandbox_psp::Books& books = world.psp().books();
  int created = 0;
  int charges = 0;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::int64_t voided = 0;
  for (auto n = books.payment_by_reference(payment.id.to_string()); n != 0; n = books.payment(n).next_of_reference) {
    const sandbox_psp::Payment& one = books.payment(n);
    ++created;
    charges += one.captured > one.refunded || one.capturable() > 0 ? 1 : 0;
    captured += one.captured;
    refunded += one.refunded;
    voided += one.voided;
  }
  const int decimals = payment.currency.exponent();
  return compare(arguments, {{"created", std::to_string(created)},
                             {"charges", std::to_string(charges)},
                             {"captured", format_amount(captured, decimals)},
                             {"refunded", format_amount(refunded, decimals)},
                             {"voided", format_amount(voided, decimals)}});
}

// The money of a tenant in one currency, in minor units, as its payments and its ledger have it.
struct Sums {
  std::int64_t authorized = 0;
  std::int64_t voided = 0;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::int64_t held = 0;  // neither captured nor released
};

Sums sums_of(const World& world, TenantId tenant, const Currency& currency) {
  Sums sums;
  payments::payment_table().walk(
      world.state(), store::Key().id(tenant), {}, [&](std::string_view, const payments::PaymentRow& row) {
        if (row.payment().amount().currency() != currency.code()) return true;
        for (const payments::AttemptDetail& attempt : row.attempts()) {
          sums.authorized += attempt.authorized_minor();
          sums.voided += attempt.authorized_minor() - attempt.captured_minor() - attempt.open_minor();
        }
        return true;
      });
  for (const std::string_view path : {"psp/sandbox/receivable", "psp/sandbox/pending"}) {
    ledger::v1::GetAccountRequest request;
    request.set_path(std::string(path));
    request.set_ledger(fmt::format("{}/{}", currency.code(), currency.exponent()));
    const auto found = ledger::get_account(world.state(), tenant, request);
    if (!found.ok()) continue;
    sums.captured += std::stoll(found->account().debits_posted());
    sums.refunded += std::stoll(found->account().credits_posted());
    sums.held += std::stoll(found->account().debits_pending());
  }
  return sums;
}

// tie-out [tenant=]: by currency, the PSP's own books say what the payments and the ledger say, down to the last hold.
Status tie_out(World& world, Arguments& arguments) {
  ASSIGN_OR_RETURN(const TenantId tenant, world.tenant(arguments.named("tenant")));
  RETURN_IF_ERROR(arguments.done());
  for (const auto& [code, totals] : world.psp().books().totals()) {
    ASSIGN_OR_RETURN(const Currency currency, parse_currency(code));
    const Sums ours = sums_of(world, tenant, currency);
    const std::int64_t held_at_psp = totals.authorized.sum - totals.captured.sum - totals.voided.sum;
    const std::tuple<std::string_view, std::int64_t, std::int64_t> pairs[] = {
        {"authorized", totals.authorized.sum, ours.authorized},
        {"voided", totals.voided.sum, ours.voided},
        {"captured", totals.captured.sum, ours.captured},
        {"refunded", totals.refunded.sum, ours.refunded},
        {"held", held_at_psp, ours.held},
    };
    for (const auto& [what, theirs, mine] : pairs) {
      if (theirs == mine) continue;
      return differs(fmt::format("{} {}", code, what), format_amount(theirs, currency.exponent()),
                     format_amount(mine, currency.exponent()));
    }
  }
  return ok();
}

// settled: nothing is under way to the PSP.
Status settled(World& world, Arguments& arguments) {
  RETURN_IF_ERROR(arguments.done());
  const std::size_t pending = world.partition().pending_effects().size();
  if (pending > 0) return differs("requests under way", "0", std::to_string(pending));
  return ok();
}

constexpr NamedStep checks[] = {
    {"expect", &expect}, {"same", &same},       {"timeline", &timeline}, {"books", &books},
    {"at-psp", &at_psp}, {"tie-out", &tie_out}, {"settled", &settled},
};

}  // namespace

Step find_check(std::string_view name) {
  const auto found = std::ranges::find(checks, name, &NamedStep::name);
  return found == std::end(checks) ? nullptr : found->step;
}

}  // namespace florin::app::scenario
