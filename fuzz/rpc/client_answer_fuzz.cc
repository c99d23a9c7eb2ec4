// Fuzzes the JSON that Connect servers end their answers with: whatever the bytes, the client must neither crash nor
// read past its input, and an error that was read is read the same after our server has written it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "rpc/client/answer.h"

namespace {

using namespace florin::rpc;

bool is_same(const WireError& a, const WireError& b) {
  return a.code == b.code && a.message == b.message && a.details == b.details;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const WireError error = read_error_body(text, 500);
  CHECK(is_same(read_error_body(error_json(error, true), 500), error));
  const auto end = read_end_stream(text);
  if (!end.ok() || !end->error) return 0;
  const auto again = read_end_stream("{\"error\":" + error_json(*end->error, false) + "}");
  CHECK(again.ok() && again->error && is_same(*again->error, *end->error));
  return 0;
}
