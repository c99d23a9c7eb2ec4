#include "api/common/validate.h"

#include <google/protobuf/descriptor.h>
#include <re2/re2.h>

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "api/common/refuse.h"
#include "base/money.h"
#include "florin/common/v1/options.pb.h"

namespace florin::api {
namespace {

using common::v1::FieldRules;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// What must be checked of one field.
struct FieldPlan {
  const FieldDescriptor* field;
  FieldRules rules;
  std::unique_ptr<RE2> pattern;  // nothing where no pattern is asked for
};

// No text holds a zero byte: nobody means one, and it would end a text in the middle of a key of the state.
constexpr std::string_view zero_byte_rule = "must not hold the character U+0000";

bool holds_zero_byte(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

// What must be checked of one message type: fields with rules, texts, enums (whose value must be a known one) and
// messages within.
using Plan = std::vector<FieldPlan>;

Plan make_plan(const Descriptor& type) {
  Plan plan;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    FieldPlan part{field, field->options().GetExtension(common::v1::field), nullptr};
    if (!part.rules.pattern().empty()) {
      part.pattern = std::make_unique<RE2>(part.rules.pattern());
      CHECK(part.pattern->ok(), "the pattern of {} is not a regular expression", field->full_name());
    }
    const bool has_inside = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    const bool is_enum = field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
    const bool is_text = field->type() == FieldDescriptor::TYPE_STRING;
    const bool has_rules = field->options().HasExtension(common::v1::field);
    if (has_rules || has_inside || is_enum || is_text) plan.push_back(std::move(part));
  }
  return plan;
}

// Made once for each message type, kept for ever.
const Plan& plan_of(const Descriptor& type) {
  static std::shared_mutex mutex;
  static std::unordered_map<const Descriptor*, std::unique_ptr<Plan>> plans;
  {
    const std::shared_lock lock(mutex);
    if (const auto found = plans.find(&type); found != plans.end()) return *found->second;
  }
  auto plan = std::make_unique<Plan>(make_plan(type));
  const std::unique_lock lock(mutex);
  return *plans.try_emplace(&type, std::move(plan)).first->second;
}

class Checker {
 public:
  void check(const Message& message, const std::string& path) {
    for (const FieldPlan& part : plan_of(*message.GetDescriptor())) check_field(message, part, path);
  }

  Status result() && {
    if (violations_.empty()) return ok();
    Error error = invalid_argument("field_invalid",
                                   fmt::format("{} {}.", violations_.front().field, violations_.front().description));
    for (auto& [field, description] : violations_) {
      error = std::move(error).with_violation(std::move(field), std::move(description));
    }
    return error;
  }

 private:
  void add(const std::string& field, std::string description) {
    if (violations_.size() < violations_max) violations_.push_back({field, std::move(description)});
  }

  void check_field(const Message& message, const FieldPlan& part, const std::string& path) {
    const std::string name = path.empty() ? part.field->name() : path + "." + part.field->name();
    if (part.field->is_repeated()) {
      check_repeated(message, part, name);
    } else if (part.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      check_message(message, part, name);
    } else {
      check_scalar(message, part, name);
    }
  }

  void check_repeated(const Message& message, const FieldPlan& part, const std::string& name) {
    const Reflection& reflection = *message.GetReflection();
    const auto count = static_cast<std::uint32_t>(reflection.FieldSize(message, part.field));
    const FieldRules& rules = part.rules;
    if (rules.required() && count == 0) add(name, "must not be empty");
    if (rules.has_min_items() && count < rules.min_items())
      add(name, fmt::format("must have at least {} elements", rules.min_items()));
    if (rules.has_max_items() && count > rules.max_items()) {
      add(name, fmt::format("must have at most {} elements", rules.max_items()));
      return;
    }
    if (part.field->is_map()) {
      check_map(message, part, name);
    } else if (part.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (int i = 0; i < static_cast<int>(count); ++i) {
        check(reflection.GetRepeatedMessage(message, part.field, i), fmt::format("{}[{}]", name, i));
      }
    } else if (part.field->type() == FieldDescriptor::TYPE_STRING) {
      for (int i = 0; i < static_cast<int>(count); ++i) {
        if (!holds_zero_byte(reflection.GetRepeatedString(message, part.field, i))) continue;
        add(fmt::format("{}[{}]", name, i), std::string(zero_byte_rule));
      }
    }
  }

  // Maps of strings: the lengths of keys and values, and what is in them.
  void check_map(const Message& message, const FieldPlan& part, const std::string& name) {
    const Reflection& reflection = *message.GetReflection();
    const FieldDescriptor* key = part.field->message_type()->map_key();
    const FieldDescriptor* value = part.field->message_type()->map_value();
    if (key->cpp_type() != FieldDescriptor::CPPTYPE_STRING || value->cpp_type() != FieldDescriptor::CPPTYPE_STRING)
      return;
    for (int i = 0; i < reflection.FieldSize(message, part.field); ++i) {
      const Message& entry = reflection.GetRepeatedMessage(message, part.field, i);
      const std::string key_text = entry.GetReflection()->GetString(entry, key);
      const std::string value_text = entry.GetReflection()->GetString(entry, value);
      if (key_text.empty()) add(name, "must not have an empty key");
      if (holds_zero_byte(key_text) || holds_zero_byte(value_text)) add(name, std::string(zero_byte_rule));
      if (part.rules.has_max_key_length() && key_text.size() > part.rules.max_key_length()) {
        add(name, fmt::format("must have keys of at most {} bytes", part.rules.max_key_length()));
      }
      if (part.rules.has_max_value_length() && value_text.size() > part.rules.max_value_length()) {
        add(fmt::format("{}[\"{}\"]", name, key_text.substr(0, 40)),
            fmt::format("must be at most {} bytes long", part.rules.max_value_length()));
      }
    }
  }

  void check_message(const Message& message, const FieldPlan& part, const std::string& name) {
    const Reflection& reflection = *message.GetReflection();
    if (reflection.HasField(message, part.field)) {
      check(reflection.GetMessage(message, part.field), name);
    } else if (part.rules.required()) {
      add(name, "is required");
    }
  }

  void check_scalar(const Message& message, const FieldPlan& part, const std::string& name) {
    const Reflection& reflection = *message.GetReflection();
    switch (part.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        check_text(reflection.GetString(message, part.field), part, name);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        check_number(reflection.GetInt32(message, part.field), part.rules, name);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        check_number(reflection.GetInt64(message, part.field), part.rules, name);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        check_number(reflection.GetUInt32(message, part.field), part.rules, name);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        check_number(
            static_cast<std::int64_t>(std::min<std::uint64_t>(reflection.GetUInt64(message, part.field), INT64_MAX)),
            part.rules, name);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        check_enum(reflection.GetEnumValue(message, part.field), part, name);
        break;
      default:
        break;
    }
  }

  void check_number(std::int64_t value, const FieldRules& rules, const std::string& name) {
    if (rules.required() && value == 0) add(name, "is required");
    if (rules.has_min() && value < rules.min()) add(name, fmt::format("must be at least {}", rules.min()));
    if (rules.has_max() && value > rules.max()) add(name, fmt::format("must be at most {}", rules.max()));
  }

  void check_enum(int value, const FieldPlan& part, const std::string& name) {
    if (part.rules.required() && value == 0) add(name, "is required");
    if (part.field->enum_type()->FindValueByNumber(value) == nullptr) add(name, "must be one of the documented values");
  }

  void check_text(const std::string& text, const FieldPlan& part, const std::string& name) {
    const FieldRules& rules = part.rules;
    if (text.empty()) {
      if (rules.required()) add(name, "is required");
      return;
    }
    if (part.field->type() == FieldDescriptor::TYPE_STRING && holds_zero_byte(text)) {
      add(name, std::string(zero_byte_rule));
      return;
    }
    if (rules.has_min_length() && text.size() < rules.min_length()) {
      add(name, fmt::format("must be at least {} bytes long", rules.min_length()));
    }
    if (rules.has_max_length() && text.size() > rules.max_length()) {
      add(name, fmt::format("must be at most {} bytes long", rules.max_length()));
      return;
    }
    if (part.pattern && !RE2::FullMatch(text, *part.pattern)) add(name, fmt::format("must match {}", rules.pattern()));
    if (!rules.id_prefix().empty() && !is_id(text, rules.id_prefix())) {
      add(name, fmt::format("must be an id that starts with {}", rules.id_prefix()));
    }
    if (rules.currency() && !Currency::parse(text))
      add(name, "must be an ISO 4217 currency code in upper case, like USD");
    if (rules.url() && !is_url(text)) add(name, "must be an absolute http or https URL");
  }

  // The prefix and 20 Crockford base-32 characters, as base/id.h makes them.
  static bool is_id(std::string_view text, std::string_view prefix) {
    constexpr std::size_t characters = 20;
    if (!text.starts_with(prefix) || text.size() != prefix.size() + characters) return false;
    return text.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz", prefix.size()) == std::string_view::npos;
  }

  static bool is_url(std::string_view text) {
    static const RE2 url(
        R"(https?://[A-Za-z0-9._~\-\[\]:@%]+(/[^\s<>"\\^`{|}\x00-\x1f]*)?(\?[^\s<>"\\^`{|}\x00-\x1f]*)?(#[^\s<>"\\^`{|}\x00-\x1f]*)?)");
    return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), url);
  }

  std::vector<FieldViolation> violations_;
};

}  // namespace

Status validate(const Message& request) {
  Checker checker;
  checker.check(request, {});
  return std::move(checker).result();
}

Task<Result<rpc::MessagePtr>> Validate::unary(rpc::Context& context, const Message& request, rpc::Next next) {
  if (auto valid = validate(request); !valid.ok()) return refuse(std::move(valid).error());
  return next(context, request);
}

}  // namespace florin::api
