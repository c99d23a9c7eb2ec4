// StaticFiles: serves a directory, such as the built console.
//
// Files are read when they are asked for, on the I/O thread: they are few, small and in the page cache. Only regular
// files inside the root are served, after all symbolic links are resolved; names that begin with a dot never. A file
// beside "x" named "x.br", "x.zst" or "x.gz" is sent in its place to clients that accept the encoding.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "http/exchange.h"

namespace florin::http {

struct StaticFilesOptions {
  std::filesystem::path root{};
  std::string url_prefix = "/";  // begins and ends with "/"
  // What is answered where there is no file and the last part of the path has no dot: "index.html" for an application
  // that routes in the browser. None by default.
  std::string fallback{};
  // Everything below this folder of the root never changes under its name ("assets/"). Elsewhere only names with a hash
  // ("app-3fa4b2c1.js") are taken for that; the rest is asked for again each time, by its ETag.
  std::string immutable_folder{};
  std::string content_security_policy{};  // the header's value; none where empty
  std::string referrer_policy = "no-referrer";
};

class StaticFiles final : public Handler {
 public:
  // Fails (failed_precondition, no_such_directory) where the root is none.
  static Result<StaticFiles> open(StaticFilesOptions options);

  Task<Unit> serve(Exchange& exchange) override;

 private:
  struct File;
  explicit StaticFiles(StaticFilesOptions options) : options_(std::move(options)) {}
  // The file for a path below the prefix, in the best encoding the client accepts.
  std::optional<File> find(std::string_view path, std::string_view accept_encoding) const;
  std::optional<File> look_up(const std::string& name) const;
  ResponseHead make_head(const File& file) const;

  StaticFilesOptions options_;  // root is canonical
};

// The decoded path below the root, or nothing for one that is not safe: parts that begin with a dot (and so ".."),
// empty parts, backslashes, control characters, broken escapes.
std::optional<std::string> safe_relative_path(std::string_view encoded_path);

// True for "name-3fa4b2c1.js" and "name.3fa4b2c1.css": the last part before the extension has eight or more letters and
// digits, both.
bool has_hashed_name(std::string_view file_name);

// True where the list of an Accept-Encoding header allows `coding` (RFC 9110 section 12.5.3).
bool accepts_encoding(std::string_view accept_encoding, std::string_view coding);

}  // namespace florin::http
