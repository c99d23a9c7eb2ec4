// The types that the mapping gives forms of their own.
#include <fmt/format.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <memory>

#include "base/check.h"
#include "rpc/json/binary.h"
#include "rpc/json/number.h"
#include "rpc/json/reader.h"
#include "rpc/json/text.h"

namespace florin::rpc::json {
namespace {

using google::protobuf::Descriptor;

constexpr std::string_view time_wanted = "a time like \"2026-11-23T11:30:00Z\"";
constexpr std::string_view duration_wanted = "seconds like \"1.5s\"";

template <class T>
T& as(google::protobuf::Message& message) {
  T* const typed = google::protobuf::DynamicCastToGenerated<T>(&message);
  CHECK(typed != nullptr, "{} is no generated message", message.GetTypeName());
  return *typed;
}

template <class T>
void assign(T& message, const Seconds& value) {
  message.set_seconds(value.seconds);
  message.set_nanos(value.nanos);
}

}  // namespace

bool Reader::read_form(const MessageTable& table, Message& message) {
  Seconds seconds;
  switch (table.form) {
    case Form::plain:
    case Form::empty:
      return read_object(table, message);
    case Form::any:
      return read_any(as<google::protobuf::Any>(message));
    case Form::timestamp:
      if (!read_time(parse_timestamp, time_wanted, seconds)) return false;
      assign(as<google::protobuf::Timestamp>(message), seconds);
      return true;
    case Form::duration:
      if (!read_time(parse_duration, duration_wanted, seconds)) return false;
      assign(as<google::protobuf::Duration>(message), seconds);
      return true;
    case Form::field_mask:
      return read_field_mask(as<google::protobuf::FieldMask>(message));
    case Form::object:
      return read_struct(as<google::protobuf::Struct>(message));
    case Form::value:
      return read_value(as<google::protobuf::Value>(message));
    case Form::list:
      return read_list_value(as<google::protobuf::ListValue>(message));
    case Form::wrapper:
      return read_one(table.fields[0], message, Put::set);
  }
  return false;
}

bool Reader::read_time(std::optional<Seconds> (*parse)(std::string_view), std::string_view wanted, Seconds& out) {
  const char c = in_.peek();
  const Scanner::Mark mark = in_.mark();
  std::string_view text;
  if (c != '"') return mismatch(mark, wanted);
  if (!in_.read_string(text)) return false;
  const auto value = parse(text);
  if (!value) return mismatch(mark, wanted);
  out = *value;
  return true;
}

bool Reader::read_field_mask(google::protobuf::FieldMask& mask) {
  constexpr std::string_view wanted = "paths like \"amount.minor,returnUrl\"";
  const char c = in_.peek();
  const Scanner::Mark mark = in_.mark();
  std::string_view text;
  if (c != '"') return mismatch(mark, wanted);
  if (!in_.read_string(text)) return false;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (!append_snake_path(*mask.add_paths(), text.substr(0, comma)) || comma + 1 == text.size()) {
      return mismatch(mark, wanted);
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return true;
}

bool Reader::read_value(google::protobuf::Value& value) {
  std::string_view text;
  switch (const char c = in_.peek()) {
    case '{':
      if (!go_in() || !read_struct(*value.mutable_struct_value())) return false;
      go_out();
      return true;
    case '[':
      if (!go_in() || !read_list_value(*value.mutable_list_value())) return false;
      go_out();
      return true;
    case '"':
      if (!in_.read_string(text)) return false;
      value.set_string_value(std::string(text));
      return true;
    case 't':
    case 'f':
      value.set_bool_value(c == 't');
      return in_.read_word(c == 't' ? "true" : "false");
    case 'n':
      value.set_null_value(google::protobuf::NULL_VALUE);
      return in_.read_word("null");
    default:
      return read_number_value(value);
  }
}

bool Reader::read_number_value(google::protobuf::Value& value) {
  const Scanner::Mark mark = in_.mark();
  std::string_view text;
  const auto number = find_number(text) ? parse_floating<double>(text) : std::nullopt;
  if (!number) return mismatch(mark, "a number within the range of a double");
  value.set_number_value(*number);
  return true;
}

bool Reader::read_struct(google::protobuf::Struct& object) {
  if (in_.peek() != '{') return mismatch(in_.mark(), "an object");
  // Each member is an entry that holds a value.
  if (!in_.enter() || !go_in() || !go_in()) return false;
  auto& fields = *object.mutable_fields();
  std::string_view name;
  for (bool first = true;; first = false) {
    const Scanner::Step step = in_.next_member(first, name);
    if (step == Scanner::Step::failed) return false;
    if (step == Scanner::Step::end) break;
    const auto [entry, is_new] = fields.try_emplace(std::string(name));
    if (!is_new) return misfit(in_.name_at(), "appears twice"), within_key(name);
    if (!read_value(entry->second)) return within_key(entry->first);
  }
  go_out();
  go_out();
  return true;
}

bool Reader::read_list_value(google::protobuf::ListValue& list) {
  if (in_.peek() != '[') return mismatch(in_.mark(), "a list");
  if (!in_.enter() || !go_in()) return false;
  for (std::size_t index = 0;; ++index) {
    const Scanner::Step step = in_.next_element(index == 0);
    if (step == Scanner::Step::failed) return false;
    if (step == Scanner::Step::end) break;
    if (!read_value(*list.add_values())) return within_index(index);
  }
  go_out();
  return true;
}

bool Reader::read_any(google::protobuf::Any& any) {
  if (in_.peek() != '{') return mismatch(in_.mark(), "an object");
  const char* const begin = in_.at();
  std::string url;
  Members members{.in_any = true};
  if (!find_type(url, members)) return false;
  if (url.empty()) return true;

  const Descriptor* const type = linked_type(url);
  if (type == nullptr) {
    misfit(begin, fmt::format("must be a type that this server knows, not \"{}\"", shortened(url)));
    return within("@type");
  }
  const auto message = new_message(*type);
  const MessageTable& table = table_of(*type);
  // What is packed is bytes to the message around it.
  const int nesting = std::exchange(nesting_, 0);
  const bool read =
      table.form == Form::plain ? read_members(table, *message, members) : read_any_value(table, *message, members);
  nesting_ = nesting;
  if (!read) return false;
  any.set_type_url(std::move(url));
  append_binary(*message, *any.mutable_value());
  return true;
}

// Enters the object and tells its type; an empty one, which is left again, has none. The type mostly comes first. Where
// it does not, one look ahead finds those of all objects within, so that a text is read at most twice.
bool Reader::find_type(std::string& url, Members& members) {
  const Scanner::Mark mark = in_.mark();
  const char* const begin = in_.at();
  if (!in_.enter()) return false;
  std::string_view text;
  const Scanner::Step step = in_.next_member(true, text);
  if (step != Scanner::Step::item) return step == Scanner::Step::end;
  if (text == "@type") {
    const Scanner::Mark value = in_.mark();
    if (in_.peek() != '"') return mismatch(value, "string"), within("@type");
    if (!in_.read_string(text)) return false;
    url = text;
    members.first = false;
    members.has_type = true;
  } else {
    in_.go_back(mark);
    if (types_known_until_ == nullptr || begin >= types_known_until_) {
      if (!in_.skip_value(&types_)) return false;
      types_known_until_ = in_.at();
      in_.go_back(mark);
    }
    const auto found = types_.find(begin);
    if (found == types_.end()) return misfit(begin, "must be present as a string"), within("@type");
    url = found->second;
    if (!in_.enter()) return false;
  }
  return !url.empty() || (misfit(begin, "must not be empty"), within("@type"));
}

// The form of its own that a type has stands in the member "value".
bool Reader::read_any_value(const MessageTable& table, Message& message, Members members) {
  bool has_value = false;
  Names unknown;
  std::string_view name;
  for (bool first = members.first;; first = false) {
    const Scanner::Step step = in_.next_member(first, name);
    if (step == Scanner::Step::failed) return false;
    if (step == Scanner::Step::end) break;
    if (name == "@type" || name == "value") {
      bool& met = name == "value" ? has_value : members.has_type;
      if (std::exchange(met, true)) return misfit(in_.name_at(), "appears twice"), within(name);
      const bool is_value = name == "value";
      if (is_value ? !read_message(table, message) : !in_.skip_value()) return is_value ? within("value") : false;
    } else if (!read_unknown_member(name, unknown)) {
      return false;
    }
  }
  if (const auto twin = unknown.twin()) return misfit(twin->second, "appears twice"), within(shortened(twin->first));
  // protobuf's own writers leave it out for an empty message. A Value cannot be empty.
  if (has_value || table.form != Form::value) return true;
  return misfit(in_.at(), "is required"), within("value");
}

}  // namespace florin::rpc::json
