#include "http/static_files.h"

#include <gtest/gtest.h>

#include <fstream>

#include "http/testing/memory_exchange.h"

namespace florin::http {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() {
    std::string name = testing::TempDir() + "/static_files_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    write("root/index.html", "<home>");
    write("root/app.js", "app");
    write("root/app.js.gz", "gz");
    write("root/app.js.zst", "zst");
    write("root/app.css", "css");
    write("root/app.css.br", "br");
    write("root/assets/main-3fa4b2c1.css", "css");
    write("root/sub/index.html", "<sub>");
    write("root/.env", "secret");
    write("root/large.bin", std::string(600'000, 'b'));
    write("outside.txt", "secret");
    fs::create_symlink("../outside.txt", folder_ / "root/link.txt");
    fs::create_directory_symlink("..", folder_ / "root/up");
    fs::create_symlink("app.js", folder_ / "root/inside.js");
    open({.root = folder_ / "root", .content_security_policy = "default-src 'self'"});
  }
  ~StaticFilesTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  void open(StaticFilesOptions options) {
    auto opened = StaticFiles::open(std::move(options));
    ASSERT_TRUE(opened.ok());
    files_.emplace(std::move(*opened));
  }
  MemoryExchange& get(const std::string& path, Headers headers = {}, const std::string& method = "GET") {
    exchange_ = std::make_unique<MemoryExchange>(
        executor_, RequestHead{.method = method, .path = path, .headers = std::move(headers)}, "");
    exchange_->serve(*files_);
    return *exchange_;
  }
  std::string header(std::string_view name) const {
    return std::string(exchange_->head().headers.get(name).value_or(""));
  }

  fs::path folder_;
  std::optional<StaticFiles> files_;
  ManualExecutor executor_;
  std::unique_ptr<MemoryExchange> exchange_;
};

Headers with(std::string name, std::string value) {
  Headers headers;
  headers.add(std::move(name), std::move(value));
  return headers;
}

TEST_F(StaticFilesTest, ServesFilesWithTheirTypes) {
  EXPECT_EQ(get("/").body(), "<home>");
  EXPECT_EQ(header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(header("content-security-policy"), "default-src 'self'");
  EXPECT_EQ(header("x-content-type-options"), "nosniff");
  EXPECT_EQ(header("referrer-policy"), "no-referrer");
  EXPECT_EQ(get("/app%2ejs").body(), "app");
  EXPECT_EQ(header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(get("/sub/").body(), "<sub>");
  EXPECT_EQ(get("/inside.js").body(), "app");
  EXPECT_EQ(get("/large.bin").body(), std::string(600'000, 'b'));
  EXPECT_EQ(header("content-type"), "application/octet-stream");
  EXPECT_EQ(get("/app.js", {}, "POST").status(), 405);
}

TEST_F(StaticFilesTest, LetsNobodyOut) {
  for (const char* path : {"/../outside.txt",
                           "/%2e%2e/outside.txt",
                           "/..%2foutside.txt",
                           "/sub/../../outside.txt",
                           "/sub/..",
                           "/.",
                           "/link.txt",
                           "/up/outside.txt",
                           "/.env",
                           "/sub//index.html",
                           "//etc/passwd",
                           "/%2fetc/passwd",
                           "/..\\outside.txt",
                           "/..%5coutside.txt",
                           "/app.js%00",
                           "/app.js%",
                           "/app.js%4",
                           "/missing",
                           "/sub",
                           "/app.js/",
                           "/app.js/x",
                           "relative",
                           "*"}) {
    EXPECT_EQ(get(path).status(), 404) << path;
    EXPECT_EQ(exchange_->body().find("secret"), std::string::npos) << path;
  }
}

TEST_F(StaticFilesTest, ChoosesAnEncoding) {
  EXPECT_EQ(get("/app.js", with("accept-encoding", "gzip, deflate, br, zstd")).body(), "zst");
  EXPECT_EQ(header("content-encoding"), "zstd");
  EXPECT_EQ(header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header("vary"), "accept-encoding");
  EXPECT_EQ(get("/app.js", with("accept-encoding", "zstd;q=0, *")).body(), "gz");
  EXPECT_EQ(get("/app.css", with("accept-encoding", "gzip, br")).body(), "br");
  EXPECT_EQ(header("content-encoding"), "br");
  EXPECT_EQ(get("/app.js", with("accept-encoding", "gzip;q=0.0")).body(), "app");
  EXPECT_EQ(get("/index.html", with("accept-encoding", "gzip")).body(), "<home>");
  EXPECT_EQ(header("vary"), "accept-encoding");
}

TEST_F(StaticFilesTest, AnswersWhatIsUnchanged) {
  get("/app.js");
  const std::string etag = header("etag");
  const std::string modified = header("last-modified");
  EXPECT_EQ(get("/app.js", with("if-none-match", etag)).status(), 304);
  EXPECT_EQ(exchange_->body(), "");
  EXPECT_EQ(header("etag"), etag);
  EXPECT_EQ(get("/app.js", with("if-none-match", "\"x\", W/" + etag)).status(), 304);
  EXPECT_EQ(get("/app.js", with("if-none-match", "*")).status(), 304);
  EXPECT_EQ(get("/app.js", with("if-none-match", "\"x\"")).status(), 200);
  EXPECT_EQ(get("/app.js", with("if-modified-since", modified)).status(), 304);
  EXPECT_EQ(get("/app.js", with("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT")).status(), 200);
  EXPECT_EQ(get("/app.js", with("if-modified-since", "yesterday")).status(), 200);
}

TEST_F(StaticFilesTest, KnowsWhatNeverChanges) {
  get("/assets/main-3fa4b2c1.css");
  EXPECT_EQ(header("cache-control"), "public, max-age=31536000, immutable");
  get("/app.js");
  EXPECT_EQ(header("cache-control"), "no-cache");
  open({.root = folder_ / "root", .immutable_folder = "sub/"});
  get("/sub/");
  EXPECT_EQ(header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_TRUE(has_hashed_name("index.B1xk3_aZ.js"));
  for (const char* name : {"app-settings.js", "app.js", "report-20240101.pdf", "noextension-3fa4b2c1", "a-3fa4b2.js"}) {
    EXPECT_FALSE(has_hashed_name(name)) << name;
  }
}

TEST_F(StaticFilesTest, FallsBackForAnApplicationsOwnPaths) {
  open({.root = folder_ / "root", .url_prefix = "/console/", .fallback = "index.html"});
  EXPECT_EQ(get("/console/payments/pay_1").body(), "<home>");
  EXPECT_EQ(get("/console/payments/").body(), "<home>");
  EXPECT_EQ(get("/console/missing.js").status(), 404);
  EXPECT_EQ(get("/console/%2e%2e/outside.txt").status(), 404);
  EXPECT_EQ(get("/elsewhere").status(), 404);
}

TEST_F(StaticFilesTest, NeedsADirectory) {
  EXPECT_EQ(StaticFiles::open({.root = folder_ / "outside.txt"}).error().reason(), "no_such_directory");
}

}  // namespace
}  // namespace florin::http
