#include "telemetry/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "base/time.h"
#include "telemetry/redact.h"

namespace florin::telemetry {
namespace {

// spdlog writes the lines, whole and one at a time; their form is ours.
spdlog::logger& logger() {
  static const auto made = [] {
    auto created = std::make_shared<spdlog::logger>("florin", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    created->set_pattern("%v");
    return created;
  }();
  return *made;
}

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

void write(spdlog::level::level_enum level, std::string_view name, std::string_view message, Fields fields) {
  if (!logger().should_log(level)) return;
  const std::string line = format_line(system_clock().now().to_string(), name, message, fields);
  logger().log(level, "{}", line);
}

}  // namespace

Status set_log_level(std::string_view level) {
  for (const auto& [name, value] :
       {std::pair<std::string_view, spdlog::level::level_enum>{"debug", spdlog::level::debug},
        {"info", spdlog::level::info},
        {"warn", spdlog::level::warn},
        {"error", spdlog::level::err}}) {
    if (name != level) continue;
    logger().set_level(value);
    return ok();
  }
  return invalid_argument("config_value_invalid", "telemetry.log_level must be debug, info, warn or error.");
}

void log_debug(std::string_view message, Fields fields) {
  write(spdlog::level::debug, "debug", message, fields);
}
void log_info(std::string_view message, Fields fields) {
  write(spdlog::level::info, "info", message, fields);
}
void log_warn(std::string_view message, Fields fields) {
  write(spdlog::level::warn, "warn", message, fields);
}
void log_error(std::string_view message, Fields fields) {
  write(spdlog::level::err, "error", message, fields);
}

std::string format_line(std::string_view time, std::string_view level, std::string_view message, Fields fields) {
  std::string line = "{\"time\":";
  append_json(line, time);
  line += ",\"level\":";
  append_json(line, level);
  line += ",\"message\":";
  append_json(line, redact(message));
  for (const auto& [name, value] : fields) {
    line += ',';
    append_json(line, name);
    line += ':';
    append_json(line, redact(value));
  }
  return line + '}';
}

}  // namespace florin::telemetry
