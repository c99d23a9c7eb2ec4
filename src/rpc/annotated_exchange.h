// AnnotatedExchange: an exchange whose answer gets further headers, whoever writes it.
#pragma once

#include <utility>
#include <vector>

#include "http/exchange.h"

namespace florin::rpc {

// `inner` must outlive it.
class AnnotatedExchange : public http::Exchange {
 public:
  AnnotatedExchange(http::Exchange& inner, std::vector<http::Headers::Field> fields)
      : inner_(inner), fields_(std::move(fields)) {}

  const http::RequestHead& request() const override { return inner_.request(); }
  Executor& executor() override { return inner_.executor(); }
  Task<Result<std::optional<std::string>>> read_body() override { return inner_.read_body(); }
  Task<Status> respond(http::ResponseHead head, std::string body) override {
    annotate(head);
    return inner_.respond(std::move(head), std::move(body));
  }
  Task<Status> write_head(http::ResponseHead head) override {
    annotate(head);
    return inner_.write_head(std::move(head));
  }
  Task<Status> write_body(std::string piece) override { return inner_.write_body(std::move(piece)); }
  Task<Status> finish(http::Headers trailers) override { return inner_.finish(std::move(trailers)); }
  void on_abort(Work work) override { inner_.on_abort(std::move(work)); }

 private:
  void annotate(http::ResponseHead& head) const {
    for (const auto& field : fields_) head.headers.add(field.name, field.value);
  }

  http::Exchange& inner_;
  const std::vector<http::Headers::Field> fields_;
};

}  // namespace florin::rpc
