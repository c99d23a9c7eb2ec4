// Recordings: golden files of what was asked of a provider, what was sent, what it answered, and what that means.
//
//   === request            a PspRequest as protobuf text
//   === sent               the HTTP request that the connector builds
//   === answer 402         the provider's status and body
//   === reply              the PspReply that the connector reads
//
// or, for a webhook: "=== webhook" (the body) and "=== event" (the PspWebhook). UPDATE_GOLDEN=1 rewrites what the
// connector makes (sent, reply, event); the provider's bytes are kept as they are.
#pragma once

#include <string>
#include <vector>

#include "connectors/connector.h"

namespace florin::connectors {

struct Section {
  std::string title;  // "answer 402"
  std::string text;
};

class Recording {
 public:
  // Reads the file; CHECKs that it can be read.
  explicit Recording(std::string path);

  const std::string& path() const { return path_; }
  // The file's name without folder and ending, for messages.
  std::string name() const;
  bool is_webhook() const { return find("webhook") != nullptr; }

  v1::PspRequest request() const;
  // The text of a section, without the line end before the next one; empty if there is none.
  std::string text(std::string_view title) const;
  PspHttpReply answer() const;
  WebhookRequest unsigned_webhook() const;

  // True if the section holds `text`; with UPDATE_GOLDEN=1 it then does, always.
  bool matches(std::string_view title, const std::string& text);

 private:
  const Section* find(std::string_view title) const;
  void save() const;

  std::string path_;
  std::vector<Section> sections_;
};

// All recordings of a connector, sorted by name: test/golden/connectors/<connector>.
std::vector<Recording> load_recordings(const std::string& connector);

// As it stands in the section "sent".
std::string to_text(const PspHttpRequest& request);
std::string to_text(const google::protobuf::Message& message);

}  // namespace florin::connectors
