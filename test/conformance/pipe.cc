#include "pipe.h"

#include <unistd.h>

#include <string>

#include "base/encoding.h"

namespace florin::conformance {
namespace {

constexpr std::size_t length_bytes = 4;

bool read_all(int file, std::string& into) {
  for (std::size_t have = 0; have < into.size();) {
    const ssize_t got = ::read(file, into.data() + have, into.size() - have);
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

bool read_message(int file, google::protobuf::Message& into) {
  std::string length(length_bytes, '\0');
  if (!read_all(file, length)) return false;
  std::string bytes(load_u32_be(length.data()), '\0');
  return read_all(file, bytes) && into.ParseFromString(bytes);
}

bool write_message(int file, const google::protobuf::Message& message) {
  const std::string body = message.SerializeAsString();
  std::string bytes;
  put_u32_be(bytes, static_cast<std::uint32_t>(body.size()));
  bytes += body;
  for (std::string_view rest = bytes; !rest.empty();) {
    const ssize_t sent = ::write(file, rest.data(), rest.size());
    if (sent <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace florin::conformance
