#include "rpc/plugin/names.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace florin::rpc::plugin {
namespace {

// Keywords that a method or package can be called, and macros of the C library.
constexpr std::array<std::string_view, 96> keywords = {
    "alignas",     "alignof",  "and",        "and_eq",    "asm",       "auto",         "bitand",
    "bitor",       "bool",     "break",      "case",      "catch",     "char",         "char16_t",
    "char32_t",    "char8_t",  "class",      "co_await",  "co_return", "co_yield",     "compl",
    "concept",     "const",    "const_cast", "consteval", "constexpr", "constinit",    "continue",
    "decltype",    "default",  "delete",     "do",        "double",    "dynamic_cast", "else",
    "enum",        "explicit", "export",     "extern",    "false",     "float",        "for",
    "friend",      "goto",     "if",         "inline",    "int",       "long",         "mutable",
    "namespace",   "new",      "noexcept",   "not",       "not_eq",    "nullptr",      "operator",
    "or",          "or_eq",    "private",    "protected", "public",    "register",     "reinterpret_cast",
    "requires",    "return",   "short",      "signed",    "sizeof",    "static",       "static_assert",
    "static_cast", "struct",   "switch",     "template",  "this",      "thread_local", "throw",
    "true",        "try",      "typedef",    "typeid",    "typename",  "union",        "unsigned",
    "using",       "virtual",  "void",       "volatile",  "wchar_t",   "while",        "xor",
    "xor_eq",      "NULL",     "assert",     "errno",     "stdin",
};

std::string escape_keyword(std::string name) {
  if (std::ranges::find(keywords, name) != keywords.end()) name += '_';
  return name;
}

bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}
bool is_lower(char c) {
  return std::islower(static_cast<unsigned char>(c)) != 0;
}
char to_lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

}  // namespace

std::string snake_case(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool after_word = i > 0 && name[i - 1] != '_' && !is_upper(name[i - 1]);
    const bool ends_acronym = i > 0 && is_upper(name[i - 1]) && i + 1 < name.size() && is_lower(name[i + 1]);
    if (is_upper(name[i]) && (after_word || ends_acronym)) out += '_';
    out += to_lower(name[i]);
  }
  return escape_keyword(std::move(out));
}

std::string cpp_namespace(std::string_view package) {
  std::string out;
  while (!package.empty()) {
    const std::size_t dot = std::min(package.find('.'), package.size());
    if (!out.empty()) out += "::";
    out += escape_keyword(std::string(package.substr(0, dot)));
    package.remove_prefix(std::min(dot + 1, package.size()));
  }
  return out;
}

std::string cpp_class(const google::protobuf::Descriptor& message, const google::protobuf::FileDescriptor& file) {
  std::string name = message.name();
  for (const auto* outer = message.containing_type(); outer != nullptr; outer = outer->containing_type()) {
    name = outer->name() + "_" + name;
  }
  if (message.file()->package() == file.package()) return name;
  const std::string space = cpp_namespace(message.file()->package());
  return (space.empty() ? "::" : "::" + space + "::") + name;
}

std::string without_proto_suffix(std::string_view path) {
  if (path.ends_with(".proto")) path.remove_suffix(6);
  return std::string(path);
}

}  // namespace florin::rpc::plugin
