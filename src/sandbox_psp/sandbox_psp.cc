#include "sandbox_psp/sandbox_psp.h"

#include <charconv>

#include "disk/posix_disk.h"
#include "http/client.h"
#include "http/server.h"
#include "sandbox_psp/keeper.h"

namespace florin::sandbox_psp {
namespace {

constexpr std::size_t body_bytes_max = 16 * 1024;
constexpr Duration drain_patience = Duration::seconds(3);

struct Listen {
  std::string host;
  std::uint16_t port = 0;
};

Result<Listen> parse_listen(std::string_view text) {
  Listen listen;
  const std::size_t colon = text.rfind(':');
  const std::string_view digits = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), listen.port);
  std::string_view host = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || host.empty()) {
    return invalid_argument("bad_address", "Give the address to listen on as host:port, for example 127.0.0.1:9100.");
  }
  listen.host = host;
  return listen;
}

connectors::PspHttpRequest request_of(const http::RequestHead& head, std::string body) {
  connectors::PspHttpRequest request;
  request.method = head.method;
  request.url = fmt::format("{}://{}{}", head.tls ? "https" : "http", head.authority, head.path);
  if (!head.query.empty()) request.url += "?" + head.query;
  request.headers = head.headers;
  request.body = std::move(body);
  return request;
}

Task<Unit> pause(Executor& executor, Duration delay) {
  Completion<Unit> over(executor);
  executor.post_after(delay, [completer = over.completer()] { completer(Unit{}); });
  co_return co_await over;
}

class PspHandler final : public http::Handler {
 public:
  explicit PspHandler(Keeper& keeper) : keeper_(keeper) {}

  Task<Unit> serve(http::Exchange& exchange) override {
    auto body = co_await http::read_whole_body(exchange, body_bytes_max);
    if (!body.ok()) {
      (void)co_await exchange.respond({.status = 413, .headers = {}}, {});
      co_return Unit{};
    }
    PspAnswer answer = co_await keeper_.handle(request_of(exchange.request(), std::move(*body)), exchange.executor());
    if (answer.delay > Duration{}) (void)co_await pause(exchange.executor(), answer.delay);
    if (answer.fate == Fate::drop) {
      // A head without an end: the transport breaks the connection off.
      (void)co_await exchange.write_head({.status = 200, .headers = {}});
      co_return Unit{};
    }
    (void)co_await exchange.respond({.status = answer.reply.status, .headers = std::move(answer.reply.headers)},
                                    std::move(answer.reply.body));
    co_return Unit{};
  }

 private:
  Keeper& keeper_;
};

}  // namespace

struct SandboxPsp::Impl {
  SandboxPspOptions options;
  std::unique_ptr<Keeper> keeper;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<PspHandler> handler;
  std::unique_ptr<http::Server> server;
  std::string address;

  void send(std::vector<WebhookTry> webhooks) {
    for (WebhookTry& webhook : webhooks) {
      http::ClientRequest request{.method = "POST", .url = options.webhook_url, .headers = std::move(webhook.headers)};
      request.body = std::move(webhook.body);
      request.total_timeout = options.webhook_timeout;
      client->send(std::move(request), [this, number = webhook.number](http::ClientOutcome outcome) {
        const bool taken = outcome.delivery == http::Delivery::replied && outcome.reply.status / 100 == 2;
        keeper->webhook_tried(number, taken);
      });
    }
  }

  void stop() {
    if (server) server->drain(drain_patience);
    if (keeper) keeper->stop();
    client.reset();
    server.reset();
    keeper.reset();
  }
};

SandboxPsp::SandboxPsp(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<SandboxPsp>> SandboxPsp::start(SandboxPspOptions options) {
  return start(std::move(options), disk::posix_disk(), system_clock());
}

Result<std::unique_ptr<SandboxPsp>> SandboxPsp::start(SandboxPspOptions options, disk::Disk& disk, const Clock& clock) {
  ASSIGN_OR_RETURN(const Listen listen, parse_listen(options.listen));
  ServiceOptions service;
  service.timing = options.timing;
  service.api_key = options.api_key;
  service.webhook_secret = options.webhook_secret;
  service.public_url = options.public_url;
  service.webhooks = !options.webhook_url.empty();
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  ASSIGN_OR_RETURN(impl->keeper, Keeper::open(disk, impl->options.data_directory, std::move(service), clock));
  ASSIGN_OR_RETURN(impl->client, http::Client::start());
  impl->handler = std::make_unique<PspHandler>(*impl->keeper);
  impl->keeper->start([raw = impl.get()](std::vector<WebhookTry> webhooks) { raw->send(std::move(webhooks)); });
  http::ServerOptions server{.host = listen.host, .port = listen.port, .threads = impl->options.threads};
  auto started = http::Server::start(std::move(server), *impl->handler);
  if (!started.ok()) {
    impl->stop();
    return std::move(started).error();
  }
  impl->server = std::move(*started);
  impl->address = impl->server->address();
  return std::unique_ptr<SandboxPsp>(new SandboxPsp(std::move(impl)));
}

SandboxPsp::~SandboxPsp() {
  stop();
}

const std::string& SandboxPsp::address() const {
  return impl_->address;
}

void SandboxPsp::stop() {
  impl_->stop();
}

}  // namespace florin::sandbox_psp
