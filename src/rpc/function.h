// Unary methods as plain functions, where there is no service object and nothing to wait for.
#pragma once

#include <type_traits>
#include <utility>

#include "rpc/router.h"
#include "rpc/service.h"

namespace florin::rpc {

namespace detail {

template <class Response, class Function, class Request>
Task<Result<MessagePtr>> run_function(const Function& function, const Request& request, Context& context) {
  Result<Response> result = function(request, context);
  if (!result.ok()) co_return std::move(result).error();
  co_return std::make_unique<Response>(std::move(result).value());
}

}  // namespace detail

// Has `function` answer the method, whose messages are Request and Response. It is kept by the router and called on any
// of the server's threads, on several at once; it answers at once, for whatever else its thread serves waits meanwhile.
template <class Request, class Response, class Function>
  requires std::is_invocable_r_v<Result<Response>, const Function&, const Request&, Context&>
void add_function(Router& router, const MethodSpec& spec, Function function) {
  CHECK(spec.request->GetDescriptor() == Request::descriptor(), "{} takes another message", spec.procedure);
  CHECK(spec.response->GetDescriptor() == Response::descriptor(), "{} answers another message", spec.procedure);
  router.add(spec, [function = std::move(function)](const google::protobuf::Message& request, Context& context) {
    return detail::run_function<Response>(function, detail::checked_cast<Request>(request), context);
  });
}

}  // namespace florin::rpc
