#include "http/plain_stream.h"

#include <asio/buffer.hpp>

namespace florin::http {

PlainStream::PlainStream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
  std::error_code ignored;  // a socket that is broken already says so at the first read
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void PlainStream::read(char* data, std::size_t size, std::shared_ptr<StreamListener> listener) {
  socket_.async_read_some(asio::buffer(data, size),
                          [listener = std::move(listener)](const std::error_code& error, std::size_t bytes) {
                            const ReadOutcome outcome = !error                      ? ReadOutcome::bytes
                                                        : error == asio::error::eof ? ReadOutcome::end
                                                                                    : ReadOutcome::broken;
                            listener->on_read(outcome, bytes);
                          });
}

std::optional<std::size_t> PlainStream::write(std::string_view bytes) {
  std::error_code error;
  const std::size_t taken = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
  if (!error) return taken;
  if (error == asio::error::would_block || error == asio::error::try_again) return 0;
  return std::nullopt;
}

void PlainStream::wait_writable(std::shared_ptr<StreamListener> listener) {
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [listener = std::move(listener)](const std::error_code&) { listener->on_writable(); });
}

void PlainStream::shutdown_write() {
  std::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void PlainStream::close() {
  std::error_code ignored;
  socket_.close(ignored);
}

}  // namespace florin::http
