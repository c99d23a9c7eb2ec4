// Reader: one JSON text into one message.
#pragma once

#include <google/protobuf/any.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rpc/json/json.h"
#include "rpc/json/scanner.h"
#include "rpc/json/tables.h"
#include "rpc/json/well_known_text.h"

namespace florin::rpc::json {

// Functions that return false have left a fault, either in the scanner (the text is no JSON) or here (it does not fit
// the message); the reader is then of no more use but for its error.
class Reader {
 public:
  using Message = google::protobuf::Message;

  Reader(std::string_view text, const ReadOptions& options) : in_(text), options_(options) {}

  Status run(Message& message);

 private:
  // What is wrong with a value of the right syntax.
  struct Misfit {
    const char* at;
    std::string description;
    std::vector<std::string> path;  // innermost first
  };
  enum class Put { set, add };
  // Where the members of an object stand when they are read.
  struct Members {
    bool first = true;      // nothing has been read behind the brace
    bool in_any = false;    // "@type" may be among them
    bool has_type = false;  // and has been read
  };
  // Which fields of an object have been met.
  class Seen {
   public:
    explicit Seen(std::size_t count) : more_(count > 64 ? count : 0) {}
    bool add(std::size_t index);

   private:
    std::uint64_t first_ = 0;
    std::vector<bool> more_;
  };

  bool read_message(const MessageTable& table, Message& message);
  bool read_form(const MessageTable& table, Message& message);
  bool read_object(const MessageTable& table, Message& message);
  bool read_members(const MessageTable& table, Message& message, Members members);
  bool read_unknown_member(std::string_view name, Names& unknown);
  bool read_field(const FieldTable& field, Message& message);
  bool read_list(const FieldTable& field, Message& message);
  bool read_map(const FieldTable& field, Message& message);
  bool read_entry(const FieldTable& field, std::string_view key, Message& message, Names& keys);
  bool read_key(const FieldTable& field, std::string_view key, Message& entry, std::string& canonical);

  // A value that is neither list nor map, set or added to a list.
  bool read_one(const FieldTable& field, Message& message, Put put);
  template <class T>
  using Setter = void (google::protobuf::Reflection::*)(Message*, const google::protobuf::FieldDescriptor*, T) const;
  template <class T>
  bool read_integer(const FieldTable& field, Message& message, Setter<T> put);
  template <class T>
  bool read_floating(const FieldTable& field, Message& message, Setter<T> put);
  bool read_boolean(const FieldTable& field, Message& message, Put put);
  bool read_text(const FieldTable& field, Message& message, Put put);
  bool read_bytes(const FieldTable& field, Message& message, Put put);
  bool read_enum(const FieldTable& field, Message& message, Put put);
  bool read_null(const FieldTable& field, Message& message, Put put);
  // A number as such, or in a string. False without a fault where there is neither.
  bool find_number(std::string_view& number);

  bool read_any(google::protobuf::Any& any);
  bool find_type(std::string& url, Members& members);
  bool read_any_value(const MessageTable& table, Message& message, Members members);
  bool read_time(std::optional<Seconds> (*parse)(std::string_view), std::string_view wanted, Seconds& out);
  bool read_field_mask(google::protobuf::FieldMask& mask);
  bool read_struct(google::protobuf::Struct& object);
  bool read_value(google::protobuf::Value& value);
  bool read_number_value(google::protobuf::Value& value);
  bool read_list_value(google::protobuf::ListValue& list);

  // One message more inside the others, and out of it.
  bool go_in();
  void go_out() { --nesting_; }

  // Blames the value at `mark`: "must be int32, not 1.5".
  bool mismatch(const Scanner::Mark& mark, std::string_view wanted);
  bool misfit(const char* at, std::string description);
  // Puts a field's name, or "[3]", before the path of the misfit; always false.
  bool within(std::string_view name);
  bool within_index(std::size_t index);
  bool within_key(std::string_view key);
  Error error() const;
  std::string path() const;

  Scanner in_;
  const ReadOptions& options_;
  std::optional<Misfit> misfit_;
  int nesting_ = 0;
  bool enum_skipped_ = false;  // by the last read_enum
  // What has been learnt by looking ahead for "@type", and how far that went.
  Scanner::Types types_;
  const char* types_known_until_ = nullptr;
};

}  // namespace florin::rpc::json
