// Writer: the binary form of one message as JSON text. That form names only the fields that are there, in order, and
// is cheaper to walk than a message is by reflection.
#pragma once

#include <google/protobuf/any.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>

#include <string>
#include <string_view>

#include "rpc/json/tables.h"
#include "rpc/json/wire.h"

namespace florin::rpc::json {

// Functions that return false have said why; the text is then unfinished.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  // `bytes` must be what append_binary made of a message of the table's type.
  bool write_message(const MessageTable& table, std::string_view bytes);
  // Why there is no JSON form.
  const std::string& why() const { return why_; }

 private:
  bool write_form(const MessageTable& table, std::string_view bytes);
  // The members, without braces; `first` if none was written before.
  bool write_members(const MessageTable& table, std::string_view bytes, bool first);
  // One value, entry, or stretch of a packed list.
  bool write_part(const FieldTable& field, const WireField& part);
  bool write_packed(const FieldTable& field, std::string_view bytes);
  bool write_entry(const FieldTable& field, std::string_view bytes);
  void write_key(const FieldTable& field, const WireField& key);
  bool write_one(const FieldTable& field, const WireField& value);
  void write_enum(const FieldTable& field, int number);
  template <class T>
  void write_quoted(T number);

  template <class T>
  bool write_parsed(bool (Writer::*write)(const T&), std::string_view bytes);
  bool write_any(const google::protobuf::Any& any);
  bool write_field_mask(const google::protobuf::FieldMask& mask);
  bool write_value(const google::protobuf::Value& value);
  bool write_struct(const google::protobuf::Struct& object);
  bool write_list_value(const google::protobuf::ListValue& list);

  bool open(char bracket);
  bool close(char bracket);
  bool fail(std::string why);

  std::string& out_;
  std::string why_;
  int depth_ = 0;
};

}  // namespace florin::rpc::json
