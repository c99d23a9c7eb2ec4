// RefuseCardNumbers: no card number gets past the door of the platform, wherever a caller has put it: in a field of a
// request, in a header or in the URL. Refused before anything is decided, stored or logged; the answer names the place
// and never the value.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>

#include "base/result.h"
#include "http/exchange.h"
#include "rpc/interceptor.h"

namespace florin::api {

// The errors of all three: invalid_argument (card_number_refused), with a violation that names the place.

// Looks at every text of the message and of what is inside it: fields, maps, elements, bytes and fields that the
// contract does not know; of numbers only at amounts of money, for a ledger's own units may well be that large. Ids of
// ours
// (`id_prefix`) are left out.
Status refuse_card_numbers(const google::protobuf::Message& request);
// Path, query and headers. The ids that tracing systems send along are left out: they are long numbers by nature, and
// are neither stored nor logged.
Status refuse_card_numbers(const http::RequestHead& request);

// The messages of calls.
class RefuseCardNumbers final : public rpc::Interceptor {
 public:
  Task<Result<rpc::MessagePtr>> unary(rpc::Context& context, const google::protobuf::Message& request,
                                      rpc::Next next) override;
};

// The heads of requests in front of everything a server serves. Of calls only the path: the rest of their heads is the
// router's to refuse (RouterOptions::admit), which knows how to answer each protocol.
class RefuseCardNumbersInHeads final : public http::Handler {
 public:
  // `inside` must outlive it.
  explicit RefuseCardNumbersInHeads(http::Handler& inside) : inside_(inside) {}
  Task<Unit> serve(http::Exchange& exchange) override;

 private:
  http::Handler& inside_;
};

}  // namespace florin::api
