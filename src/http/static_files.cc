#include "http/static_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "http/h1_writer.h"
#include "http/json_error.h"
#include "http/syntax.h"

namespace florin::http {
namespace {

namespace fs = std::filesystem;

// A larger file is sent in pieces of this size.
constexpr std::size_t piece_bytes = 256 * 1024;

struct MediaType {
  std::string_view extension;
  std::string_view type;
};

constexpr std::array<MediaType, 20> media_types = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
    {".xml", "application/xml"},
    {".pdf", "application/pdf"},
    {".md", "text/markdown; charset=utf-8"},
}};

std::string_view media_type_of(const std::string& name) {
  const std::string extension = to_lower(fs::path(name).extension().string());
  for (const auto& [known, type] : media_types) {
    if (known == extension) return type;
  }
  return "application/octet-stream";
}

int hex_digit(char c) {
  return c <= '9' ? c - '0' : lower(c) - 'a' + 10;
}

// RFC 9110 section 13.1.2: weak comparison against a list of tags.
bool matches_etag(std::string_view if_none_match, std::string_view etag) {
  if (trim(if_none_match) == "*") return true;
  while (!if_none_match.empty()) {
    const std::size_t comma = if_none_match.find(',');
    std::string_view tag = trim(if_none_match.substr(0, comma));
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
    if (comma == std::string_view::npos) break;
    if_none_match.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

struct StaticFiles::File {
  fs::path path{};
  std::string name{};  // below the root, without the encoding's extension
  std::string_view encoding{};
  std::uint64_t bytes = 0;
  Timestamp modified{};
  std::string etag{};
};

std::optional<std::string> safe_relative_path(std::string_view encoded_path) {
  std::string path;
  for (std::size_t i = 0; i < encoded_path.size(); ++i) {
    char c = encoded_path[i];
    if (c == '%') {
      if (encoded_path.size() - i < 3 || !is(encoded_path[i + 1], char_hex) || !is(encoded_path[i + 2], char_hex)) {
        return std::nullopt;
      }
      c = static_cast<char>(hex_digit(encoded_path[i + 1]) * 16 + hex_digit(encoded_path[i + 2]));
      // An escaped slash is part of a name, and no file's name has one.
      if (c == '/') return std::nullopt;
      i += 2;
    }
    if (c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    if ((path.empty() || path.back() == '/') && (c == '.' || c == '/')) return std::nullopt;
    path += c;
  }
  return path;
}

bool has_hashed_name(std::string_view file_name) {
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view stem = file_name.substr(0, dot);
  const std::size_t start = stem.find_last_of("-.");
  if (start == std::string_view::npos) return false;
  const std::string_view hash = stem.substr(start + 1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto letter = [](char c) { return lower(c) >= 'a' && lower(c) <= 'z'; };
  return hash.size() >= 8 && std::any_of(hash.begin(), hash.end(), digit) &&
         std::any_of(hash.begin(), hash.end(), letter) &&
         std::all_of(hash.begin(), hash.end(), [&](char c) { return digit(c) || letter(c) || c == '_'; });
}

bool accepts_encoding(std::string_view accept_encoding, std::string_view coding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const std::size_t comma = accept_encoding.find(',');
    const std::string_view item = accept_encoding.substr(0, comma);
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view name = trim(item.substr(0, semicolon));
    // "q=0", "q=0.0", ...: a weight without any digit but zero.
    const std::string_view weight = item.substr(semicolon);
    const bool refused = weight.find("q=") != std::string_view::npos &&
                         weight.substr(weight.find("q=")).find_first_of("123456789") == std::string_view::npos;
    if (equals_ignoring_case(name, coding)) return !refused;
    if (name == "*") any = !refused;
    if (comma == std::string_view::npos) break;
    accept_encoding.remove_prefix(comma + 1);
  }
  return any;
}

Result<StaticFiles> StaticFiles::open(StaticFilesOptions options) {
  CHECK(options.url_prefix.starts_with('/') && options.url_prefix.ends_with('/'));
  std::error_code error;
  const fs::path root = fs::canonical(options.root, error);
  if (error || !fs::is_directory(root, error)) {
    return failed_precondition("no_such_directory", "There is no directory " + options.root.string() + " to serve.");
  }
  options.root = root;
  return StaticFiles(std::move(options));
}

std::optional<StaticFiles::File> StaticFiles::look_up(const std::string& name) const {
  std::error_code error;
  const fs::path path = fs::canonical(options_.root / name, error);
  if (error) return std::nullopt;
  const auto [root_end, inside] = std::mismatch(options_.root.begin(), options_.root.end(), path.begin(), path.end());
  if (root_end != options_.root.end()) return std::nullopt;
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const std::int64_t micros = status.st_mtim.tv_sec * 1'000'000 + status.st_mtim.tv_nsec / 1'000;
  return File{.path = path,
              .name = name,
              .bytes = static_cast<std::uint64_t>(status.st_size),
              .modified = Timestamp{micros},
              .etag = fmt::format("\"{:x}-{:x}\"", status.st_size, micros)};
}

std::optional<StaticFiles::File> StaticFiles::find(std::string_view path, std::string_view accept_encoding) const {
  auto name = safe_relative_path(path);
  if (!name) return std::nullopt;
  if (name->empty() || name->ends_with('/')) *name += "index.html";
  auto file = look_up(*name);
  const bool names_a_file =
      name->find('.', name->rfind('/') + 1) != std::string::npos && !name->ends_with("index.html");
  if (!file && !options_.fallback.empty() && !names_a_file) {
    *name = options_.fallback;
    file = look_up(*name);
  }
  if (!file) return std::nullopt;
  for (const auto& [coding, extension] :
       {std::pair("br", ".br"), std::pair("zstd", ".zst"), std::pair("gzip", ".gz")}) {
    if (!accepts_encoding(accept_encoding, coding)) continue;
    if (auto encoded = look_up(*name + extension)) {
      encoded->name = *name;
      encoded->encoding = coding;
      return encoded;
    }
  }
  return file;
}

ResponseHead StaticFiles::make_head(const File& file) const {
  ResponseHead head;
  Headers& headers = head.headers;
  headers.add("content-type", std::string(media_type_of(file.name)));
  if (!file.encoding.empty()) headers.add("content-encoding", std::string(file.encoding));
  headers.add("vary", "accept-encoding");
  headers.add("etag", file.etag);
  headers.add("last-modified", http_date(file.modified));
  const bool immutable = (!options_.immutable_folder.empty() && file.name.starts_with(options_.immutable_folder)) ||
                         has_hashed_name(fs::path(file.name).filename().string());
  headers.add("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
  headers.add("x-content-type-options", "nosniff");
  headers.add("referrer-policy", options_.referrer_policy);
  if (!options_.content_security_policy.empty()) {
    headers.add("content-security-policy", options_.content_security_policy);
  }
  return head;
}

namespace {

// True where the client's copy is good (RFC 9110 section 13.2.2).
bool is_unchanged(const Headers& headers, std::string_view etag, Timestamp modified) {
  if (const auto tags = headers.get("if-none-match")) return matches_etag(*tags, etag);
  const auto since = headers.get("if-modified-since");
  const auto time = since ? parse_http_date(*since) : std::nullopt;
  return time && modified.micros / 1'000'000 <= time->micros / 1'000'000;
}

Task<Unit> send_file(Exchange& exchange, ResponseHead head, std::ifstream file, std::uint64_t bytes) {
  std::string piece(std::min<std::uint64_t>(bytes, piece_bytes), '\0');
  file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  piece.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes <= piece_bytes) {
    (void)co_await exchange.respond(std::move(head), std::move(piece));
    co_return Unit{};
  }
  Status sent = co_await exchange.write_head(std::move(head));
  while (sent.ok() && !piece.empty()) {
    sent = co_await exchange.write_body(std::move(piece));
    piece.assign(piece_bytes, '\0');
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    piece.resize(static_cast<std::size_t>(file.gcount()));
  }
  if (sent.ok()) (void)co_await exchange.finish({});
  co_return Unit{};
}

}  // namespace

Task<Unit> StaticFiles::serve(Exchange& exchange) {
  const RequestHead& request = exchange.request();
  if (request.method != "GET" && request.method != "HEAD") {
    ResponseHead head{.status = 405};
    head.headers.add("allow", "GET, HEAD");
    (void)co_await exchange.respond(std::move(head), "");
    co_return Unit{};
  }
  std::optional<File> file;
  if (request.path.starts_with(options_.url_prefix)) {
    file = find(std::string_view(request.path).substr(options_.url_prefix.size()),
                request.headers.get("accept-encoding").value_or(""));
  }
  std::ifstream bytes;
  if (file) bytes.open(file->path, std::ios::binary);
  if (!file || !bytes) {
    (void)co_await respond_error(exchange, 404, "There is no such file.");
    co_return Unit{};
  }
  ResponseHead head = make_head(*file);
  if (is_unchanged(request.headers, file->etag, file->modified)) {
    head.status = 304;
    (void)co_await exchange.respond(std::move(head), "");
    co_return Unit{};
  }
  co_return co_await send_file(exchange, std::move(head), std::move(bytes), file->bytes);
}

}  // namespace florin::http
