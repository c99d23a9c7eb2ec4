// Transfer: one request on its way through libcurl, reused for the next. For the .cc files of this room only: it shows
// libcurl.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string_view>

#include "http/client.h"

namespace florin::http {

// Belongs to the client's thread, and stays where it is while libcurl holds its address.
class Transfer {
 public:
  Transfer();
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Prepares the handle; fails (invalid_argument) where the request cannot be written as it is.
  Status begin(std::uint64_t number, ClientRequest request, Client::Callback done, const ClientOptions& options);
  CURL* handle() const { return easy_; }
  std::uint64_t number() const { return number_; }

  // Calls back, once, and forgets the request. `outcome` is made by one of the two below.
  void finish(ClientOutcome outcome);
  ClientOutcome outcome(CURLcode result);
  ClientOutcome failed(Error error) const;

 private:
  void set_options(const ClientOptions& options);
  void set_method();
  Status set_headers();
  Error error_of(CURLcode result) const;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int before_sending(void* self, char*, char*, int, int);
  static curl_socket_t open_socket(void* options, curlsocktype purpose, curl_sockaddr* address);

  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode result = curl_easy_setopt(easy_, option, value);
    CHECK(result == CURLE_OK, "curl option {}: {}", static_cast<int>(option), curl_easy_strerror(result));
  }

  CURL* easy_;
  curl_slist* header_list_ = nullptr;
  std::uint64_t number_ = 0;
  ClientRequest request_;
  Client::Callback done_;
  Reply reply_;
  std::size_t header_bytes_ = 0;
  bool may_be_sent_ = false;
  bool resend_refused_ = false;
  bool too_large_ = false;
  char error_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace florin::http
