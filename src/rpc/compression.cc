#include "rpc/compression.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>

namespace florin::rpc {
namespace {

constexpr int gzip_window_bits = 15 + 16;  // the largest window, in gzip's wrapping
constexpr int gzip_level = 6;
constexpr int zstd_level = 3;
// RFC 8878 asks decoders for 8 MiB at least; a larger window would let a peer choose how much memory is taken.
constexpr int zstd_window_log_max = 23;

Error invalid_compression(std::string_view name) {
  return invalid_argument(
      "invalid_compression",
      fmt::format("The body is not one complete {} stream. Compress it again, or send it plain.", name));
}

Error compression_failed(std::string_view name) {
  return internal_error("compression_failed", fmt::format("The answer could not be compressed with {}.", name));
}

// Room for the next piece of output: doubles, but never beyond one byte more than the limit.
std::size_t next_size(std::size_t size, std::size_t packed_size, std::size_t limit) {
  const std::size_t wanted = size == 0 ? std::max<std::size_t>(packed_size * 4, 512) : size * 2;
  return std::min(wanted, limit + 1);
}

// Setting up a compressor costs more than most messages do, so that each thread keeps one of each kind.
class Deflater {
 public:
  Deflater()
      : ready_(deflateInit2(&stream_, gzip_level, Z_DEFLATED, gzip_window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK) {}
  ~Deflater() {
    if (ready_) deflateEnd(&stream_);
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Ready for a new body; null where there was no memory for it.
  z_stream* fresh() { return ready_ && deflateReset(&stream_) == Z_OK ? &stream_ : nullptr; }

 private:
  z_stream stream_{};
  const bool ready_;
};

class Inflater {
 public:
  Inflater() : ready_(inflateInit2(&stream_, gzip_window_bits) == Z_OK) {}
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream* fresh() { return ready_ && inflateReset(&stream_) == Z_OK ? &stream_ : nullptr; }

 private:
  z_stream stream_{};
  const bool ready_;
};

using ZstdCompressor = std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)>;
using ZstdDecompressor = std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)>;

class Gzip : public Compression {
 public:
  std::string_view name() const override { return "gzip"; }

  Result<std::string> compress(std::string_view plain) const override {
    thread_local Deflater deflater;
    z_stream* const stream = deflater.fresh();
    if (stream == nullptr) return compression_failed(name());
    std::string out(deflateBound(stream, plain.size()), '\0');
    set_input(*stream, plain);
    set_output(*stream, out, 0);
    if (deflate(stream, Z_FINISH) != Z_STREAM_END) return compression_failed(name());
    out.resize(stream->total_out);
    return out;
  }

  Result<std::string> decompress(std::string_view packed, std::size_t limit_bytes) const override {
    thread_local Inflater inflater;
    z_stream* const stream = inflater.fresh();
    if (stream == nullptr) return invalid_compression(name());
    std::string out;
    set_input(*stream, packed);
    for (;;) {
      const std::size_t filled = stream->total_out;
      if (filled > limit_bytes) return message_too_large(limit_bytes);
      if (filled == out.size()) out.resize(next_size(out.size(), packed.size(), limit_bytes));
      set_output(*stream, out, filled);
      const int result = inflate(stream, Z_NO_FLUSH);
      if (result == Z_STREAM_END) break;
      const bool starved = stream->avail_in == 0 && stream->avail_out > 0;
      if (result != Z_OK || starved) return invalid_compression(name());
    }
    if (stream->total_out > limit_bytes) return message_too_large(limit_bytes);
    if (stream->avail_in != 0) return invalid_compression(name());
    out.resize(stream->total_out);
    return out;
  }

 private:
  static void set_input(z_stream& stream, std::string_view bytes) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write here
    stream.avail_in = static_cast<uInt>(bytes.size());
  }
  static void set_output(z_stream& stream, std::string& out, std::size_t filled) {
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    stream.avail_out = static_cast<uInt>(out.size() - filled);
  }
};

class Zstd : public Compression {
 public:
  std::string_view name() const override { return "zstd"; }

  Result<std::string> compress(std::string_view plain) const override {
    thread_local const ZstdCompressor context(ZSTD_createCCtx(), ZSTD_freeCCtx);
    if (context == nullptr) return compression_failed(name());
    std::string out(ZSTD_compressBound(plain.size()), '\0');
    const std::size_t size =
        ZSTD_compressCCtx(context.get(), out.data(), out.size(), plain.data(), plain.size(), zstd_level);
    if (ZSTD_isError(size) != 0) return compression_failed(name());
    out.resize(size);
    return out;
  }

  Result<std::string> decompress(std::string_view packed, std::size_t limit_bytes) const override {
    thread_local const ZstdDecompressor context(ZSTD_createDCtx(), ZSTD_freeDCtx);
    if (context == nullptr) return invalid_compression(name());
    ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_only);
    ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, zstd_window_log_max);
    std::string out;
    ZSTD_inBuffer input{packed.data(), packed.size(), 0};
    std::size_t filled = 0;
    for (;;) {
      if (filled == out.size()) out.resize(next_size(out.size(), packed.size(), limit_bytes));
      ZSTD_outBuffer output{out.data(), out.size(), filled};
      const std::size_t result = ZSTD_decompressStream(context.get(), &output, &input);
      filled = output.pos;
      if (ZSTD_isError(result) != 0) return invalid_compression(name());
      if (filled > limit_bytes) return message_too_large(limit_bytes);
      if (result == 0) break;
      const bool starved = input.pos == input.size && output.pos < output.size;
      if (starved) return invalid_compression(name());
    }
    if (input.pos != input.size) return invalid_compression(name());
    out.resize(filled);
    return out;
  }
};

const Gzip gzip;
const Zstd zstd;
const std::array<const Compression*, 2> compressions = {&gzip, &zstd};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// "q=0", "q=0.0" and so on.
bool refuses(std::string_view parameter) {
  parameter = trim(parameter);
  if (!parameter.starts_with("q=0")) return false;
  return parameter.substr(3).find_first_not_of(".0") == std::string_view::npos;
}

}  // namespace

const Compression* find_compression(std::string_view name) {
  const auto found = std::ranges::find(compressions, name, &Compression::name);
  return found == compressions.end() ? nullptr : *found;
}

bool is_identity(std::string_view encoding) {
  return encoding.empty() || encoding == "identity";
}

std::string_view supported_encodings() {
  return "gzip, zstd";
}

const Compression* choose_compression(std::string_view accept) {
  while (!accept.empty()) {
    const std::size_t comma = std::min(accept.find(','), accept.size());
    const std::string_view item = accept.substr(0, comma);
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const Compression* found = find_compression(trim(item.substr(0, semicolon)));
    if (found != nullptr && (semicolon == item.size() || !refuses(item.substr(semicolon + 1)))) return found;
    accept.remove_prefix(std::min(comma + 1, accept.size()));
  }
  return nullptr;
}

Error unsupported_encoding(std::string_view encoding) {
  return {Code::unimplemented, ErrorDomain::request, "unsupported_encoding",
          fmt::format("The compression \"{}\" is not supported. Use one of: {}, identity.", encoding,
                      supported_encodings())};
}

Error message_too_large(std::size_t limit_bytes) {
  return resource_exhausted("message_too_large",
                            fmt::format("The message is larger than the {} bytes allowed here.", limit_bytes),
                            std::nullopt);
}

}  // namespace florin::rpc
