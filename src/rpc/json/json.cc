#include "rpc/json/json.h"

#include <fmt/format.h>

#include "rpc/json/binary.h"
#include "rpc/json/reader.h"
#include "rpc/json/tables.h"
#include "rpc/json/writer.h"

namespace florin::rpc::json {

Status read(std::string_view text, google::protobuf::Message& message, const ReadOptions& options) {
  if (text.empty()) {
    return invalid_argument("invalid_json", "The body is empty. Send a JSON object, {} for an empty message.");
  }
  return Reader(text, options).run(message);
}

Status write(const google::protobuf::Message& message, std::string& out) {
  const std::size_t before = out.size();
  std::string bytes;
  append_binary(message, bytes);
  Writer writer(out);
  if (writer.write_message(table_of(*message.GetDescriptor()), bytes)) return ok();
  out.resize(before);
  return internal_error("json_encoding_failed",
                        fmt::format("{} has no JSON form: {}.", message.GetTypeName(), writer.why()));
}

}  // namespace florin::rpc::json
