#include "connectors/testing/recording.h"

#include <google/protobuf/text_format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace florin::connectors {
namespace {

constexpr std::string_view mark = "=== ";

bool updating() {
  const char* flag = std::getenv("UPDATE_GOLDEN");
  return flag != nullptr && std::string_view(flag) == "1";
}

std::filesystem::path root() {
  const char* root = std::getenv("FLORIN_ROOT");
  return root == nullptr ? std::filesystem::current_path() : std::filesystem::path(root);
}

}  // namespace

Recording::Recording(std::string path) : path_(std::move(path)) {
  std::ifstream file(path_);
  CHECK(file.good(), "cannot read {}", path_);
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(mark)) {
      sections_.push_back({line.substr(mark.size()), {}});
    } else {
      CHECK(!sections_.empty(), "{} must begin with a section", path_);
      sections_.back().text += line + "\n";
    }
  }
  for (Section& section : sections_) {
    if (section.text.ends_with('\n')) section.text.pop_back();
  }
}

std::string Recording::name() const {
  return std::filesystem::path(path_).stem();
}

const Section* Recording::find(std::string_view title) const {
  for (const Section& section : sections_) {
    if (section.title == title) return &section;
  }
  return nullptr;
}

std::string Recording::text(std::string_view title) const {
  const Section* section = find(title);
  return section == nullptr ? std::string() : section->text;
}

v1::PspRequest Recording::request() const {
  v1::PspRequest request;
  CHECK(google::protobuf::TextFormat::ParseFromString(text("request"), &request), "{} holds no request", path_);
  return request;
}

PspHttpReply Recording::answer() const {
  for (const Section& section : sections_) {
    if (section.title.starts_with("answer ")) {
      return {.status = std::atoi(section.title.c_str() + 7), .headers = {}, .body = section.text};
    }
  }
  check_failed(__FILE__, __LINE__, "answer", path_);
}

WebhookRequest Recording::unsigned_webhook() const {
  return {.headers = {}, .body = text("webhook")};
}

bool Recording::matches(std::string_view title, const std::string& text) {
  Section* section = const_cast<Section*>(find(title));
  if (section != nullptr && section->text == text) return true;
  if (!updating()) return false;
  if (section == nullptr) {
    sections_.push_back({std::string(title), text});
  } else {
    section->text = text;
  }
  save();
  return true;
}

void Recording::save() const {
  std::ofstream file(path_);
  for (const Section& section : sections_) file << mark << section.title << "\n" << section.text << "\n";
}

std::vector<Recording> load_recordings(const std::string& connector) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(root() / "test/golden/connectors" / connector)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<Recording> recordings;
  for (std::string& path : paths) recordings.emplace_back(std::move(path));
  return recordings;
}

std::string to_text(const PspHttpRequest& request) {
  std::string text = fmt::format("{} {}\n", request.method, request.url);
  for (const auto& field : request.headers.fields()) text += fmt::format("{}: {}\n", field.name, field.value);
  return text + "\n" + request.body;
}

std::string to_text(const google::protobuf::Message& message) {
  std::string text;
  CHECK(google::protobuf::TextFormat::PrintToString(message, &text));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace florin::connectors
