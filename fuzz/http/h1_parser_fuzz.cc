// Fuzzes H1Parser: whatever the bytes, it must neither crash nor read past its input, and must tell the same however
// they are cut.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/h1_parser.h"

namespace {

using florin::http::H1Limits;
using florin::http::H1Parser;

// Everything the parser tells about `bytes`, given to it in pieces of `piece_bytes`.
std::string transcript(std::string_view bytes, std::size_t piece_bytes) {
  H1Parser parser(H1Limits{});
  std::string told;
  while (!bytes.empty()) {
    std::string_view piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    for (;;) {
      const H1Parser::Event event = parser.next(piece);
      if (event == H1Parser::Event::need_more) {
        CHECK(piece.empty());
        break;
      }
      if (event == H1Parser::Event::error) return told + "!" + std::to_string(parser.status());
      if (event == H1Parser::Event::body) {
        CHECK(!parser.body().empty());
        told += parser.body();
        continue;
      }
      told += event == H1Parser::Event::head ? "<" + parser.head().method + parser.head().path : ">";
    }
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  CHECK(transcript(bytes, bytes.size()) == transcript(bytes, 1 + data[0]));
  return 0;
}
