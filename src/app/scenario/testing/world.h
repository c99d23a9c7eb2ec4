// World: everything a scenario runs in: the program's own domains on a partition driven by hand, the sandbox PSP beside
// it, and the names that the script gave to things. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/scenario/testing/psp.h"
#include "base/money.h"
#include "base/result.h"
#include "checkout/ids.h"
#include "checkout/settings.h"
#include "engine/testing/synchronous_partition.h"
#include "florin/payments/v1/payments.pb.h"
#include "ledger/u128.h"
#include "operators/operators.h"
#include "payments/rows.h"
#include "payments/settings.h"

namespace florin::app::scenario {

enum class Mode : std::uint8_t {
  plain,
  restart_each,      // the program ends and starts again after every step
  replay_from_zero,  // after every step the journal alone must give the same state; the program goes on with that state
  psp_faults,        // Psp::Options::faults
};
std::string_view mode_name(Mode mode);
std::optional<Mode> mode_from_name(std::string_view name);

class World {
 public:
  explicit World(Mode mode);

  engine::SynchronousPartition& partition() { return *partition_; }
  const store::Reader& state() const { return partition_->state(); }
  Psp& psp() { return psp_; }
  const payments::Settings& payment_settings() const { return settings_; }
  const checkout::Settings& checkout_settings() const { return checkout_settings_; }
  // Another one each time, the same ones in each run.
  std::string make_secret(std::string_view prefix);

  // Runs one command of `tenant` under a name and, if it has one, an idempotency key, and gives what it answered.
  struct Call {
    TenantId tenant;
    std::string method;
    std::optional<std::string> key;
  };
  template <class Response, class Decide>
  Result<Response> run(const Call& call, const google::protobuf::Message& request, Decide decide);

  // Lets time pass: timers, answers and webhooks come in the order of their times.
  void advance(Duration by);
  void restart();
  // What follows every step in this mode. Errors: scenario_state_differs.
  Status end_step();
  // Verifies the journal against the state. Errors: scenario_not_clean.
  Status verify() const;

  // Names of the script. Errors of the finders: script_wrong for a name that was not given.
  struct Tenant {
    TenantId id;
  };
  struct Payment {
    TenantId tenant;
    payments::PaymentId id;
    Currency currency;
  };
  struct Operation {
    Payment payment;
    std::string id;
  };
  struct Account {
    TenantId tenant;
    ledger::U128 id;
    int decimals = 0;
  };
  struct Session {
    TenantId tenant;
    checkout::SessionId id;
    Currency currency;
  };
  struct Link {
    TenantId tenant;
    checkout::PaymentLinkId id;
    Currency currency;
  };
  // Of the console, with the session that was opened last.
  struct Person {
    operators::SessionName session;
  };
  Status name_tenant(const std::string& name, TenantId id);
  void name_payment(const std::string& name, Payment payment) { payments_.insert_or_assign(name, payment); }
  void name_operation(const std::string& name, Operation operation) { operations_.insert_or_assign(name, operation); }
  void name_account(const std::string& name, Account account) { accounts_.insert_or_assign(name, account); }
  void name_session(const std::string& name, Session session) { sessions_.insert_or_assign(name, session); }
  void name_link(const std::string& name, Link link) { links_.insert_or_assign(name, link); }
  void name_person(const std::string& name, Person person) { people_.insert_or_assign(name, person); }
  void name_invitation(const std::string& name, std::string secret) { invitations_.insert_or_assign(name, secret); }
  // The tenant of this name; the script's latest for nothing.
  Result<TenantId> tenant(const std::optional<std::string>& name) const;
  Result<Payment> payment(const std::string& name) const;
  Result<Operation> operation(const std::string& name) const;
  Result<Account> account(const std::string& name) const;
  Result<Session> session(const std::string& name) const;
  Result<Link> link(const std::string& name) const;
  Result<Person> person(const std::string& name) const;
  Result<std::string> invitation(const std::string& name) const;
  bool is_payment(const std::string& name) const { return payments_.contains(name); }

  // From now on commands are this person's: let through as their role allows, and written into the audit. Nothing: an
  // API key's, as in the beginning.
  void act_as(std::optional<Person> person) { acting_ = person; }

  // The payment as it is now.
  payments::v1::Payment read(const Payment& payment) const;
  // The id that the script's transfer `name` has.
  static ledger::U128 transfer_id(std::string_view name);

 private:
  void receive_webhook(const connectors::Account& account, std::string body, connectors::v1::PspWebhook content);
  Status check_replay() const;
  std::optional<Timestamp> next_due() const;
  Result<std::string> run_bytes(const Call& call, const google::protobuf::Message& request, engine::Decide decide);

  const Mode mode_;
  const payments::Settings settings_;
  checkout::Settings checkout_settings_{settings_, {}};
  engine::Registry registry_;
  std::optional<engine::SynchronousPartition> partition_;
  Psp psp_;
  std::map<std::string, TenantId> tenants_;
  std::string latest_tenant_;
  std::map<std::string, Payment> payments_;
  std::map<std::string, Operation> operations_;
  std::map<std::string, Account> accounts_;
  std::map<std::string, Session> sessions_;
  std::map<std::string, Link> links_;
  std::map<std::string, Person> people_;
  std::map<std::string, std::string> invitations_;
  std::optional<Person> acting_;
  int secrets_ = 0;
};

template <class Response, class Decide>
Result<Response> World::run(const Call& call, const google::protobuf::Message& request, Decide decide) {
  ASSIGN_OR_RETURN(const std::string bytes, run_bytes(call, request, [&](engine::Work& work) -> Result<std::string> {
                     ASSIGN_OR_RETURN(const Response response, decide(work));
                     return response.SerializeAsString();
                   }));
  Response response;
  CHECK(response.ParseFromString(bytes));
  return response;
}

}  // namespace florin::app::scenario
