#include "api/common/refuse_card_numbers.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <array>

#include "api/common/error_detail.h"
#include "api/common/refuse.h"
#include "cards/find.h"
#include "florin/common/v1/money.pb.h"
#include "florin/common/v1/options.pb.h"

namespace florin::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::array<std::string_view, 12> tracing_headers = {"b3",
                                                              "traceparent",
                                                              "tracestate",
                                                              "x-amzn-trace-id",
                                                              "x-b3-parentspanid",
                                                              "x-b3-spanid",
                                                              "x-b3-traceid",
                                                              "x-cloud-trace-context",
                                                              "x-datadog-parent-id",
                                                              "x-datadog-trace-id",
                                                              "x-request-start",
                                                              "x-trace-id"};

// Where the paths of calls begin.
constexpr std::string_view calls_prefix = "/florin.";

Error card_number_refused(std::string place) {
  return invalid_argument("card_number_refused",
                          fmt::format("There is a card number in {}. Card numbers belong in the card form, and nowhere "
                                      "else: send the token it gives.",
                                      place))
      .with_violation(place, "must not be a card number");
}

// Looks for the first field that holds a card number.
class Search {
 public:
  // The path of that field below `path`; nothing if there is none.
  std::optional<std::string> find(const Message& message, const std::string& path) {
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const std::string name = path.empty() ? field->name() : path + "." + field->name();
      if (auto found = find_in(message, field, name)) return found;
    }
    return find_unknown(reflection.GetUnknownFields(message), path);
  }

 private:
  std::optional<std::string> find_in(const Message& message, const FieldDescriptor* field, const std::string& name) {
    const Reflection& reflection = *message.GetReflection();
    if (field->containing_type() == common::v1::Money::descriptor() &&
        field->number() == common::v1::Money::kMinorFieldNumber) {
      return in_text(fmt::format("{}", reflection.GetInt64(message, field)), name);
    }
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!is_message && field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return std::nullopt;
    if (!field->options().GetExtension(common::v1::field).id_prefix().empty()) return std::nullopt;
    if (!field->is_repeated()) {
      if (is_message) return find(reflection.GetMessage(message, field), name);
      std::string scratch;
      return in_text(reflection.GetStringReference(message, field, &scratch), name);
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      auto found = is_message
                       ? find_in_element(reflection.GetRepeatedMessage(message, field, i), field, name, i)
                       : in_text(reflection.GetRepeatedString(message, field, i), fmt::format("{}[{}]", name, i));
      if (found) return found;
    }
    return std::nullopt;
  }

  // An entry of a map is named by its key, unless the key is the card number.
  std::optional<std::string> find_in_element(const Message& element, const FieldDescriptor* field,
                                             const std::string& name, int index) {
    const FieldDescriptor* key = field->is_map() ? field->message_type()->map_key() : nullptr;
    if (key == nullptr || key->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
      return find(element, fmt::format("{}[{}]", name, index));
    }
    const std::string text = element.GetReflection()->GetString(element, key);
    if (cards::url_holds_card_number(text)) return name;
    if (!find(element, name)) return std::nullopt;
    return fmt::format("{}[\"{}\"]", name, text.substr(0, 40));
  }

  // Any text may be a URL, or go into one.
  static std::optional<std::string> in_text(const std::string& text, const std::string& name) {
    if (!cards::url_holds_card_number(text)) return std::nullopt;
    return name;
  }

  // Fields of a newer or a foreign contract would be kept with the request as they came.
  static std::optional<std::string> find_unknown(const google::protobuf::UnknownFieldSet& fields,
                                                 const std::string& path) {
    for (int i = 0; i < fields.field_count(); ++i) {
      const auto& field = fields.field(i);
      const bool is_bytes = field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED;
      if (is_bytes && cards::url_holds_card_number(field.length_delimited())) {
        return path.empty() ? std::string("a field that the contract does not have") : path;
      }
    }
    return std::nullopt;
  }
};

Status refuse_card_numbers_in_path(const http::RequestHead& request) {
  if (!cards::url_holds_card_number(request.path)) return ok();
  return card_number_refused("the path");
}

}  // namespace

Status refuse_card_numbers(const Message& request) {
  if (auto place = Search().find(request, {})) return card_number_refused(std::move(*place));
  return ok();
}

Status refuse_card_numbers(const http::RequestHead& request) {
  RETURN_IF_ERROR(refuse_card_numbers_in_path(request));
  if (cards::url_holds_card_number(request.query)) return card_number_refused("the query");
  for (const auto& [name, value] : request.headers.fields()) {
    if (cards::holds_card_number(name)) return card_number_refused("the name of a header");
    if (std::ranges::find(tracing_headers, name) != tracing_headers.end()) continue;
    if (cards::url_holds_card_number(value)) return card_number_refused("the header " + name);
  }
  return ok();
}

Task<Result<rpc::MessagePtr>> RefuseCardNumbers::unary(rpc::Context& context, const Message& request, rpc::Next next) {
  if (auto clean = refuse_card_numbers(request); !clean.ok()) return refuse(std::move(clean).error());
  return next(context, request);
}

Task<Unit> RefuseCardNumbersInHeads::serve(http::Exchange& exchange) {
  const http::RequestHead& request = exchange.request();
  const bool is_call = request.path.starts_with(calls_prefix);
  const auto clean = is_call ? refuse_card_numbers_in_path(request) : refuse_card_numbers(request);
  if (!clean.ok()) {
    http::ResponseHead head{.status = 400};
    head.headers.add("content-type", "application/json");
    head.headers.add("cache-control", "no-store");
    // A peer that has gone gets no answer; there is nothing to do about it.
    [[maybe_unused]] const auto answered = co_await exchange.respond(std::move(head), error_body(clean.error()));
    co_return Unit{};
  }
  co_return co_await inside_.serve(exchange);
}

}  // namespace florin::api
