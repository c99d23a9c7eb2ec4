#include "http/router.h"

#include <gtest/gtest.h>

#include "http/testing/memory_exchange.h"

namespace florin::http {
namespace {

class Named final : public Handler {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  Task<Unit> serve(Exchange& exchange) override {
    (void)co_await exchange.respond({}, name_);
    co_return Unit{};
  }

 private:
  std::string name_;
};

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.add("*", "/files/", files_);
    router_.add("GET", "/files/special/", special_);
    router_.add("GET", "/health", health_);
    router_.add("POST", "/hook", hook_);
    router_.add("PUT", "/hook", hook_);
  }
  std::string answer(const std::string& method, const std::string& path) {
    ManualExecutor executor;
    MemoryExchange exchange(executor, {.method = method, .path = path}, "");
    exchange.serve(router_);
    std::string text = std::to_string(exchange.status()) + " " + exchange.body();
    if (const auto allow = exchange.head().headers.get("allow")) text += " allow=" + std::string(*allow);
    return text;
  }

  Named files_{"files"}, special_{"special"}, health_{"health"}, hook_{"hook"};
  Router router_;
};

TEST_F(RouterTest, ChoosesTheLongestPath) {
  EXPECT_EQ(answer("GET", "/files/"), "200 files");
  EXPECT_EQ(answer("DELETE", "/files/a/b"), "200 files");
  EXPECT_EQ(answer("GET", "/files/special/x"), "200 special");
  EXPECT_EQ(answer("GET", "/health"), "200 health");
  EXPECT_EQ(answer("HEAD", "/health"), "200 health");
  EXPECT_EQ(answer("PUT", "/hook"), "200 hook");
}

TEST_F(RouterTest, SaysWhatIsNotThere) {
  const std::string nothing = R"(404 {"code":"not_found","message":"There is nothing at this path."})";
  for (const char* path : {"/", "/files", "/healthy", "/health/", "*"}) EXPECT_EQ(answer("GET", path), nothing) << path;
}

TEST_F(RouterTest, SaysWhichMethodsThereAre) {
  EXPECT_TRUE(answer("DELETE", "/hook").starts_with("405 {\"code\":\"unimplemented\""));
  EXPECT_TRUE(answer("DELETE", "/hook").ends_with(" allow=POST, PUT"));
  EXPECT_TRUE(answer("POST", "/health").ends_with(" allow=GET, HEAD"));
}

}  // namespace
}  // namespace florin::http
