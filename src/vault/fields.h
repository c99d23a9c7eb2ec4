// Fields: the fields of a JSON object that came over the network, each with what it must be. What is wrong is named by
// its field and rule; the value is never repeated, for it may be a card number.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace florin::vault {

class Fields {
 public:
  explicit Fields(std::string_view body);
  ~Fields();

  // Each leaves `out` as it is where the field is missing or null.
  void text(const char* name, std::string& out);
  // An integer, or a text of at most nine digits.
  void number(const char* name, std::uint32_t& out);
  // Pairs of texts: [["name", "value"], ...].
  void pairs(const char* name, std::vector<std::pair<std::string, std::string>>& out);
  // Fails for a field that nobody knows: a misspelt one must not pass for one that was left out. Names of unknown
  // fields are not repeated either.
  void only(std::initializer_list<std::string_view> known);

  void fail(std::string_view field, std::string_view rule);
  void need(bool holds, std::string_view field, std::string_view rule) {
    if (!holds) fail(field, rule);
  }
  // invalid_argument with this reason, and a violation for each field that is wrong.
  Status result(std::string_view reason, std::string message) const;

 private:
  struct Json;
  std::unique_ptr<Json> json_;
  std::vector<FieldViolation> violations_;
};

}  // namespace florin::vault
