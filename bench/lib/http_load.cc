#include "http_load.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <iterator>
#include <utility>
#include <vector>

namespace florin::bench {
namespace {

constexpr Duration drain_max = Duration::seconds(60);
constexpr int wait_max_ms = 100;

struct Client {
  int socket = -1;
  std::string answer;
  Duration begin;
  bool in_flight = false;
};

struct Answer {
  int status = 0;
  std::size_t body_begin = 0;
  std::size_t body_size = 0;
  bool closes = false;
};

enum class Reading { incomplete, complete, malformed };

// Reads what the platform's own server sends: lower or mixed case names, always a content-length.
Reading read_answer(const std::string& bytes, Answer& answer) {
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string::npos) return Reading::incomplete;
  std::string head = bytes.substr(0, head_end + 2);
  for (char& c : head) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  constexpr std::string_view version = "http/1.1 ";
  constexpr std::string_view length_name = "\r\ncontent-length:";
  const auto length_at = head.find(length_name);
  if (!head.starts_with(version) || length_at == std::string::npos) return Reading::malformed;
  std::from_chars(head.data() + version.size(), head.data() + head.size(), answer.status);
  const auto digits = head.find_first_of("0123456789", length_at + length_name.size());
  if (digits == std::string::npos) return Reading::malformed;
  std::from_chars(head.data() + digits, head.data() + head.size(), answer.body_size);
  answer.body_begin = head_end + 4;
  answer.closes = head.find("\r\nconnection: close") != std::string::npos;
  return bytes.size() >= answer.body_begin + answer.body_size ? Reading::complete : Reading::incomplete;
}

}  // namespace

struct HttpLoad::Impl {
  explicit Impl(HttpLoadOptions given) : options(std::move(given)) {
    head = fmt::format("POST {} HTTP/1.1\r\nhost: {}:{}\r\n{}idempotency-key: {}", options.path, options.host,
                       options.port, options.headers, options.key_prefix);
  }
  ~Impl() {
    for (const Client& client : clients) {
      if (client.socket >= 0) close(client.socket);
    }
    if (epoll >= 0) close(epoll);
  }

  Status open(Client& client) {
    client.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    inet_pton(AF_INET, options.host.c_str(), &address.sin_addr);
    if (client.socket < 0 || ::connect(client.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      return unavailable("not_connected", fmt::format("No connection to {}:{}.", options.host, options.port));
    const int on = 1;
    setsockopt(client.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &client;
    epoll_ctl(epoll, EPOLL_CTL_ADD, client.socket, &event);
    client.answer.clear();
    return ok();
  }

  Status open_again(Client& client) {
    close(client.socket);
    client.in_flight = false;
    return open(client);
  }

  // A request fits the socket's buffer, which is empty here, so a short write only happens to a connection that ended;
  // the read that follows tells.
  void send_next(Client& client) {
    const std::string made = options.make_body ? options.make_body(next_key) : std::string();
    const std::string& body = options.make_body ? made : options.body;
    request.clear();
    fmt::format_to(std::back_inserter(request), "{}{:016}\r\ncontent-length: {}\r\n\r\n{}", head, next_key++,
                   body.size(), body);
    client.begin = clock.elapsed();
    client.in_flight = true;
    static_cast<void>(send(client.socket, request.data(), request.size(), MSG_NOSIGNAL));
  }

  void count_error(const std::string& what) {
    ++result.errors;
    if (result.first_error.empty()) result.first_error = what;
  }

  Status take(Client& client) {
    const ssize_t n = recv(client.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return ok();
    if (n <= 0) {
      if (client.in_flight) count_error("the connection ended without an answer");
      return open_again(client);
    }
    client.answer.append(buffer.data(), static_cast<std::size_t>(n));
    Answer answer;
    const Reading reading = read_answer(client.answer, answer);
    if (reading == Reading::incomplete) return ok();
    if (reading == Reading::malformed) {
      count_error("an answer that is not HTTP/1.1 with a content-length: " + client.answer.substr(0, 200));
      return open_again(client);
    }
    client.in_flight = false;
    const std::string body = client.answer.substr(answer.body_begin, answer.body_size);
    if (options.is_success(answer.status, body)) {
      ++result.succeeded;
      result.latencies.add(static_cast<std::uint32_t>((clock.elapsed() - client.begin).micros));
    } else {
      count_error(fmt::format("status {}: {}", answer.status, body.substr(0, 300)));
    }
    client.answer.clear();
    return answer.closes ? open_again(client) : ok();
  }

  // Handles what has come. Clients whose answer came send again if `sends`.
  Status turn(bool sends) {
    std::array<epoll_event, 256> events{};
    const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), wait_max_ms);
    for (int i = 0; i < count; ++i) {
      Client& client = *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      RETURN_IF_ERROR(take(client));
      if (sends && !client.in_flight) send_next(client);
    }
    return ok();
  }

  bool any_in_flight() const {
    for (const Client& client : clients) {
      if (client.in_flight) return true;
    }
    return false;
  }

  LoadResult end(Duration begin) {
    result.seconds = static_cast<double>((clock.elapsed() - begin).micros) / 1e6;
    return std::exchange(result, {});
  }

  const HttpLoadOptions options;
  const Clock& clock = system_clock();
  std::string head;  // of every request, up to the number of its key
  std::string request;
  std::uint64_t next_key = 0;
  int epoll = -1;
  std::vector<Client> clients;  // never resized after connect: epoll holds their addresses
  std::array<char, 64 * 1024> buffer{};
  LoadResult result;
};

HttpLoad::HttpLoad(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpLoad::~HttpLoad() = default;

Result<std::unique_ptr<HttpLoad>> HttpLoad::connect(HttpLoadOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  impl->epoll = epoll_create1(EPOLL_CLOEXEC);
  impl->clients.resize(static_cast<std::size_t>(impl->options.clients));
  for (Client& client : impl->clients) RETURN_IF_ERROR(impl->open(client));
  return std::unique_ptr<HttpLoad>(new HttpLoad(std::move(impl)));
}

Result<LoadResult> HttpLoad::run(Duration duration, std::uint64_t successes_max) {
  const Duration begin = impl_->clock.elapsed();
  for (Client& client : impl_->clients) {
    if (!client.in_flight) impl_->send_next(client);
  }
  while (impl_->clock.elapsed() - begin < duration && impl_->result.succeeded < successes_max)
    RETURN_IF_ERROR(impl_->turn(true));
  return impl_->end(begin);
}

Result<LoadResult> HttpLoad::drain() {
  const Duration begin = impl_->clock.elapsed();
  while (impl_->any_in_flight()) {
    if (impl_->clock.elapsed() - begin > drain_max)
      return unavailable("no_answer", "Requests were not answered within a minute.");
    RETURN_IF_ERROR(impl_->turn(false));
  }
  return impl_->end(begin);
}

}  // namespace florin::bench
