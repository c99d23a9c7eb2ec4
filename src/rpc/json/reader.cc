#include "rpc/json/reader.h"

#include <fmt/format.h>

#include "rpc/json/number.h"
#include "rpc/json/text.h"

namespace florin::rpc::json {

using google::protobuf::Reflection;

bool Reader::Seen::add(std::size_t index) {
  if (!more_.empty()) {
    const bool is_new = !more_[index];
    more_[index] = true;
    return is_new;
  }
  const std::uint64_t bit = std::uint64_t{1} << index;
  const bool is_new = (first_ & bit) == 0;
  first_ |= bit;
  return is_new;
}

Status Reader::run(Message& message) {
  if (read_message(table_of(*message.GetDescriptor()), message) && in_.read_end()) return ok();
  return error();
}

bool Reader::read_message(const MessageTable& table, Message& message) {
  if (table.form == Form::plain) return read_object(table, message);
  return read_form(table, message);
}

bool Reader::read_object(const MessageTable& table, Message& message) {
  if (in_.peek() != '{') return mismatch(in_.mark(), "an object");
  return in_.enter() && read_members(table, message, {});
}

bool Reader::read_members(const MessageTable& table, Message& message, Members members) {
  Seen seen(table.fields.size());
  Names unknown;
  // Members mostly come in the order of the fields, so the next field is tried before the name is looked up.
  std::size_t next = 0;
  std::string_view name;
  for (bool first = members.first;; first = false) {
    const Scanner::Step step = in_.next_member(first, name);
    if (step == Scanner::Step::failed) return false;
    if (step == Scanner::Step::end) break;
    const FieldTable* field = nullptr;
    if (next < table.fields.size() && table.fields[next].field->json_name() == name) {
      field = &table.fields[next];
    } else if (const auto found = table.by_name.find(name); found != table.by_name.end()) {
      field = found->second;
    }
    if (field != nullptr) {
      next = field->index + 1;
      if (!seen.add(field->index)) return misfit(in_.name_at(), "appears twice"), within(field->field->name());
      if (!read_field(*field, message)) return false;
    } else if (members.in_any && name == "@type") {
      if (std::exchange(members.has_type, true)) return misfit(in_.name_at(), "appears twice"), within("@type");
      if (!in_.skip_value()) return false;
    } else if (!read_unknown_member(name, unknown)) {
      return false;
    }
  }
  const auto twin = unknown.twin();
  return !twin || (misfit(twin->second, "appears twice"), within(shortened(twin->first)));
}

bool Reader::read_unknown_member(std::string_view name, Names& unknown) {
  if (!options_.ignore_unknown) {
    misfit(in_.name_at(), "is not a field of this message");
    return within(shortened(name));
  }
  if (in_.is_lasting(name)) {
    unknown.add(name, in_.name_at());
  } else {
    unknown.add_copy(std::string(name), in_.name_at());
  }
  return in_.skip_value();
}

bool Reader::read_field(const FieldTable& field, Message& message) {
  if (in_.peek() == 'n' && (field.is_list || field.is_map || !field.takes_null)) return in_.read_word("null");
  if (field.oneof != nullptr && message.GetReflection()->HasOneof(message, field.oneof)) {
    const auto* other = message.GetReflection()->GetOneofFieldDescriptor(message, field.oneof);
    misfit(in_.name_at(), fmt::format("cannot be given beside \"{}\"", other->name()));
    return within(field.field->name());
  }
  const bool read = field.is_list  ? read_list(field, message)
                    : field.is_map ? read_map(field, message)
                                   : read_one(field, message, Put::set);
  return read || within(field.field->name());
}

bool Reader::read_list(const FieldTable& field, Message& message) {
  if (in_.peek() != '[') return mismatch(in_.mark(), "a list");
  if (!in_.enter()) return false;
  for (std::size_t index = 0;; ++index) {
    const Scanner::Step step = in_.next_element(index == 0);
    if (step != Scanner::Step::item) return step == Scanner::Step::end;
    if (!read_one(field, message, Put::add)) return within_index(index);
  }
}

bool Reader::read_map(const FieldTable& field, Message& message) {
  if (in_.peek() != '{') return mismatch(in_.mark(), "an object");
  if (!in_.enter() || !go_in()) return false;
  Names keys;
  std::string_view key;
  for (bool first = true;; first = false) {
    const Scanner::Step step = in_.next_member(first, key);
    if (step == Scanner::Step::failed) return false;
    if (step == Scanner::Step::end) break;
    if (!read_entry(field, key, message, keys)) return false;
  }
  go_out();
  const auto twin = keys.twin();
  return !twin || (misfit(twin->second, "appears twice"), within_key(twin->first));
}

bool Reader::read_entry(const FieldTable& field, std::string_view key, Message& message, Names& keys) {
  const auto& reflection = *message.GetReflection();
  const char* const at = in_.name_at();
  const FieldTable& key_field = field.message->fields[0];
  const FieldTable& value_field = field.message->fields[1];
  Message& entry = *reflection.AddMessage(&message, field.field);
  std::string canonical;
  if (!read_key(key_field, key, entry, canonical)) return false;

  if (key_field.kind == Kind::string && in_.is_lasting(key)) {
    keys.add(key, at);
  } else {
    key = keys.add_copy(std::move(canonical), at);
  }
  enum_skipped_ = false;
  if (!read_one(value_field, entry, Put::set)) return within_key(key);
  if (enum_skipped_) reflection.RemoveLast(&message, field.field);
  return true;
}

// `canonical` is the same for keys that are written differently and mean the same.
bool Reader::read_key(const FieldTable& field, std::string_view key, Message& entry, std::string& canonical) {
  const auto set_integer = [&]<class T>(Setter<T> set) {
    const auto number = is_number(key) ? parse_integer<T>(key) : std::nullopt;
    if (!number) return false;
    (entry.GetReflection()->*set)(&entry, field.field, *number);
    append_number(canonical, *number);
    return true;
  };
  bool fits = false;
  switch (field.kind) {
    case Kind::int32:
      fits = set_integer(&Reflection::SetInt32);
      break;
    case Kind::int64:
      fits = set_integer(&Reflection::SetInt64);
      break;
    case Kind::uint32:
      fits = set_integer(&Reflection::SetUInt32);
      break;
    case Kind::uint64:
      fits = set_integer(&Reflection::SetUInt64);
      break;
    case Kind::boolean:
      fits = key == "true" || key == "false";
      entry.GetReflection()->SetBool(&entry, field.field, key == "true");
      canonical = key;
      break;
    default:
      fits = true;
      entry.GetReflection()->SetString(&entry, field.field, std::string(key));
      canonical = key;
  }
  return fits || misfit(in_.name_at(), fmt::format("must have keys of type {}, not \"{}\"",
                                                   field.field->cpp_type_name(), shortened(key)));
}

bool Reader::go_in() {
  if (++nesting_ <= depth_max) return true;
  return in_.fail(in_.at(), fmt::format("more than {} messages inside each other", depth_max));
}

bool Reader::mismatch(const Scanner::Mark& mark, std::string_view wanted) {
  in_.go_back(mark);
  const char first = in_.peek();
  const char* const begin = in_.at();
  if (!in_.skip_value()) return false;
  const std::string_view value(begin, static_cast<std::size_t>(in_.at() - begin));
  const std::string found = first == '{' ? "an object" : first == '[' ? "a list" : shortened(value);
  return misfit(begin, fmt::format("must be {}, not {}", wanted, found));
}

bool Reader::misfit(const char* at, std::string description) {
  misfit_ = Misfit{at, std::move(description), {}};
  return false;
}

bool Reader::within(std::string_view name) {
  if (misfit_) misfit_->path.emplace_back(name);
  return false;
}

bool Reader::within_index(std::size_t index) {
  return within(fmt::format("[{}]", index));
}

bool Reader::within_key(std::string_view key) {
  return within(fmt::format("[\"{}\"]", shortened(key)));
}

std::string Reader::path() const {
  std::string path;
  for (auto part = misfit_->path.rbegin(); part != misfit_->path.rend(); ++part) {
    if (!path.empty() && !part->starts_with('[')) path += '.';
    path += *part;
  }
  return path;
}

Error Reader::error() const {
  if (const auto& fault = in_.fault()) {
    return invalid_argument(
        "invalid_json", fmt::format("The request body is not valid JSON: {}: {}.", in_.place(fault->at), fault->what));
  }
  const std::string place = in_.place(misfit_->at);
  std::string field = path();
  if (field.empty()) {
    return invalid_argument(
        "invalid_json", fmt::format("The JSON body does not fit the message: {}: it {}.", place, misfit_->description));
  }
  std::string message =
      fmt::format("The JSON body does not fit the message: {}: \"{}\" {}.", place, field, misfit_->description);
  return invalid_argument("invalid_json", std::move(message)).with_violation(std::move(field), misfit_->description);
}

}  // namespace florin::rpc::json
