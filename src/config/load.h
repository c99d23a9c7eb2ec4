// Configuration: YAML and environment variables into a protobuf message. Every key must be a field of the message;
// anything else is an error with line and column.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace florin::config {

// Reads `yaml` into `message`. `name` stands for the file in errors. Errors: invalid_argument (config_unreadable,
// config_key_unknown, config_value_invalid), each saying where.
Status load_yaml(std::string_view yaml, std::string_view name, google::protobuf::Message& message);

// Sets one setting by its path: ("server.listen", "127.0.0.1:9000"). Lists and messages within lists cannot be set this
// way.
Status set_by_path(std::string_view path, std::string_view value, google::protobuf::Message& message);

// FLORIN_SERVER_LISTEN sets server.listen, and so on for every setting that is no list. `lookup` is getenv in the
// program.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;
Status load_environment(const Lookup& lookup, google::protobuf::Message& message);

// Every setting of the message with type, default, unit, range, why, and its environment variable: what `florin config
// explain` prints.
std::string explain(const google::protobuf::Descriptor& type);

}  // namespace florin::config
