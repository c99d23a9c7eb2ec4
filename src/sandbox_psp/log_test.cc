#include "sandbox_psp/log.h"

#include <gtest/gtest.h>

#include "disk/memory_disk.h"
#include "sandbox_psp/service.h"

namespace florin::sandbox_psp {
namespace {

using connectors::PspHttpRequest;

constexpr Timestamp now{1'790'000'000'000'000};

// Small, so that many pieces are read, and opening thousands of logs is quick.
constexpr LogOptions small{.read_bytes = 1'000, .reserve_bytes = 512};

ServiceOptions options() {
  ServiceOptions options;
  options.api_key = "sk";
  options.webhook_secret = "secret";
  return options;
}

PspHttpRequest post(std::string path, std::string key, std::string body) {
  PspHttpRequest request{.method = "POST", .url = std::move(path), .headers = {}, .body = std::move(body)};
  request.headers.add("authorization", "Bearer sk");
  request.headers.add("idempotency-key", std::move(key));
  return request;
}

std::string create_body(int n, const char* token) {
  return fmt::format(R"({{"reference":"pay_{}","amount":1000,"currency":"EUR","capture":true,"payment_method":"{}",)"
                     R"("return_url":"https://shop.example/"}})",
                     n / 2, token);
}

std::string state_of(Service& service) {
  std::string state;
  for (const char* path : {"/v1/payments", "/v1/balance-report", "/v1/duplicate-charges"}) {
    PspHttpRequest request{.method = "GET", .url = path, .headers = {}, .body = {}};
    request.headers.add("authorization", "Bearer sk");
    state += service.handle(request, now).reply.body;
  }
  for (const auto& [due, number] : service.books().waiting_webhooks()) {
    state += fmt::format("{} {} {}", due.micros, number, service.books().outbox().at(number).body);
  }
  for (const Settlement& each : service.books().settlements())
    state += fmt::format(" {}/{}", each.at.micros, each.number);
  return state;
}

// Does a little of everything; calls `each` with the bytes of every request's records.
void work(Service& service, const std::function<void(std::string)>& each) {
  const char* tokens[] = {"tok_success", "tok_challenge", "tok_pending", "tok_webhook", "tok_refund_pending"};
  for (int n = 0; n < 10; ++n) {
    (void)service.handle(post("/v1/payments", fmt::format("att_{}", n), create_body(n, tokens[n % 5])), now);
    each(service.take_log());
    (void)service.handle(
        post(fmt::format("/v1/payments/psp_{}/refund", n + 1), fmt::format("ref_{}", n), R"({"amount":100})"), now);
    each(service.take_log());
  }
  for (const WebhookTry& attempt : service.take_webhooks(now, 1)) service.webhook_tried(attempt.number, true, now);
  each(service.take_log());
}

TEST(Record, KeepsEveryField) {
  const Record records[] = {
      PaymentCreated{.at = {1},
                     .key = "k",
                     .reference = "r",
                     .currency = "EUR",
                     .amount = -5,
                     .capture = true,
                     .scenario = 7,
                     .fingerprint = UINT64_MAX,
                     .status = PaymentStatus::voided,
                     .failure = Failure::lost_card,
                     .settle_at = {9},
                     .return_url = "u",
                     .descriptor = "d"},
      PaymentChanged{.payment = 3, .status = PaymentStatus::captured, .failure = Failure::do_not_honor},
      OperationCreated{.at = {2},
                       .payment = 4,
                       .kind = OperationKind::refund,
                       .key = "kk",
                       .amount = 6,
                       .fingerprint = 8,
                       .status = OperationStatus::pending,
                       .failure = Failure::none,
                       .settle_at = {10}},
      OperationChanged{.operation = 5, .status = OperationStatus::failed, .failure = Failure::processing_failed},
      WebhookQueued{.due = {11}, .copies = 2, .body = "{}"},
      WebhookEnded{.webhook = 12, .delivered = true},
  };
  for (const Record& record : records) {
    std::string bytes;
    append_frame(record, bytes);
    const auto frame = read_frame(bytes + "more");
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->record, record);
    EXPECT_EQ(frame->size, bytes.size());
    for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(read_frame(bytes.substr(0, size)));
    for (std::size_t place = 0; place < bytes.size(); ++place) {
      std::string damaged = bytes;
      damaged[place] = static_cast<char>(damaged[place] ^ 4);
      EXPECT_FALSE(read_frame(damaged)) << place;
    }
  }
}

// Whatever part of the last group reached the disk: the books are those of a prefix of the records, every answered
// request among them, and the log can go on from there.
TEST(Log, OpensAtEveryPlaceWhereItCanBeCut) {
  std::string all;
  std::vector<std::size_t> frame_ends{0};
  {
    Service service(options());
    work(service, [&](const std::string& bytes) { all += bytes; });
    for (std::string_view rest = all; !rest.empty();) {
      const auto frame = read_frame(rest);
      ASSERT_TRUE(frame);
      rest.remove_prefix(frame->size);
      frame_ends.push_back(all.size() - rest.size());
    }
  }
  std::vector<std::string> states;
  Service prefix(options());
  states.push_back(state_of(prefix));
  for (std::size_t i = 1; i < frame_ends.size(); ++i) {
    const auto frame = read_frame(std::string_view(all).substr(frame_ends[i - 1]));
    ASSERT_TRUE(prefix.restore(frame->record).ok());
    states.push_back(state_of(prefix));
  }
  for (std::size_t size = 0; size <= all.size(); ++size) {
    disk::MemoryDisk disk(1);
    ASSERT_TRUE(disk.make_directory("d").ok());
    // Zeros written ahead follow, or the file ends here.
    const std::string stored = all.substr(0, size) + std::string(size % 3 == 0 ? 100 : 0, '\0');
    disk.put("d/books.log", stored);
    // A frame that ends in zeros is whole when they stand there, whoever wrote them.
    std::size_t whole = 0;
    while (whole + 1 < frame_ends.size() &&
           stored.starts_with(std::string_view(all).substr(0, frame_ends[whole + 1]))) {
      ++whole;
    }
    Service service(options());
    {
      auto log = Log::open(disk, "d", [&](const Record& record) { return service.restore(record); }, small);
      ASSERT_TRUE(log.ok()) << log.error().to_string();
      ASSERT_EQ((*log)->size(), frame_ends[whole]);
      ASSERT_EQ(state_of(service), states[whole]) << "cut at " << size;
      (void)service.handle(post("/v1/payments", "att_after", create_body(99, "tok_success")), now);
      ASSERT_TRUE((*log)->append(service.take_log()).ok());
    }
    Service again(options());
    ASSERT_TRUE(Log::open(disk, "d", [&](const Record& record) { return again.restore(record); }, small).ok());
    ASSERT_EQ(state_of(again), state_of(service));
  }
}

TEST(Log, KeepsWhatWasSyncedThroughACrash) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    disk::MemoryDisk disk(seed);
    Service service(options());
    std::vector<std::string> durable_states{state_of(service)};
    {
      auto log = Log::open(disk, "d", [&](const Record& record) { return service.restore(record); }, small);
      ASSERT_TRUE(log.ok());
      disk.lose_power_after(5 + seed);
      bool power = true;
      work(service, [&](const std::string& bytes) {
        if (!power) return;
        power = (*log)->append(bytes).ok();
        if (power) durable_states.push_back(state_of(service));
        if (!power) EXPECT_FALSE((*log)->append(bytes).ok()) << "a failed log takes nothing more";
      });
    }
    disk.crash();
    Service after(options());
    const auto log = Log::open(disk, "d", [&](const Record& record) { return after.restore(record); }, small);
    ASSERT_TRUE(log.ok()) << log.error().to_string();
    // At least what was answered; perhaps records of the group that was never answered.
    EXPECT_GE(after.books().payment_count() + 1, durable_states.size() / 2);
    if (durable_states.size() > 1 && after.books().payment_count() == 0) ADD_FAILURE() << "an answered payment is gone";
  }
}

TEST(Log, IsForOneProcess) {
  disk::MemoryDisk disk(1);
  const auto take = [](const Record&) { return ok(); };
  const auto log = Log::open(disk, "d", take);
  ASSERT_TRUE(log.ok());
  EXPECT_EQ(Log::open(disk, "d", take).error().reason(), "data_directory_locked");
}

TEST(Log, RefusesRecordsThatContradictTheBooks) {
  disk::MemoryDisk disk(1);
  std::string bytes;
  append_frame(PaymentChanged{.payment = 1, .status = PaymentStatus::captured}, bytes);
  ASSERT_TRUE(disk.make_directory("d").ok());
  disk.put("d/books.log", bytes);
  Service service(options());
  const auto log = Log::open(disk, "d", [&](const Record& record) { return service.restore(record); }, small);
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().reason(), "sandbox_record_invalid");
}

}  // namespace
}  // namespace florin::sandbox_psp
