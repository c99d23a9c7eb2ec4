// Console: an operator's browser as far as the server sees it: signed in by cookie, reads by HTTP GET.
#pragma once

#include <google/protobuf/message_lite.h>

#include <string>

#include "../lib/platform.h"
#include "base/result.h"
#include "florin/payments/v1/payments.pb.h"
#include "http/blocking_client.h"

namespace florin::bench {

class Console {
 public:
  // Makes the platform owner's account, whose session it keeps, and looks at `tenant_id`.
  static Result<Console> sign_in(const Platform& platform, const std::string& tenant_id);

  Result<payments::v1::ListPaymentsResponse> list(const payments::v1::ListPaymentsRequest& request);
  Result<payments::v1::GetPaymentResponse> get(const std::string& payment_id);
  // GetPayment of an id that nobody has: everything of a call but its data.
  Status get_nothing();
  // Of the last answer's body.
  std::size_t answer_bytes() const { return answer_bytes_; }

 private:
  Console(http::BlockingClient client, http::Headers headers)
      : client_(std::move(client)), headers_(std::move(headers)) {}
  Result<http::Reply> read(const char* method, const google::protobuf::MessageLite& request);

  http::BlockingClient client_;
  http::Headers headers_;
  std::size_t answer_bytes_ = 0;
};

}  // namespace florin::bench
