#include "engine/request_difference.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <memory>

namespace florin::engine {
namespace {

using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

const Message* request_prototype(std::string_view method) {
  std::string name(method);
  std::ranges::replace(name, '/', '.');
  if (name.starts_with('.')) name.erase(0, 1);
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  if (descriptor == nullptr) return nullptr;
  return google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor->input_type());
}

// Keeps the path of the first difference.
class FirstDifference final : public MessageDifferencer::Reporter {
 public:
  using Path = std::vector<MessageDifferencer::SpecificField>;
  void ReportAdded(const Message&, const Message&, const Path& path) override { keep(path); }
  void ReportDeleted(const Message&, const Message&, const Path& path) override { keep(path); }
  void ReportModified(const Message&, const Message&, const Path& path) override { keep(path); }

  const std::string& path() const { return path_; }

 private:
  void keep(const Path& path) {
    if (!path_.empty()) return;
    for (const auto& part : path) {
      if (!path_.empty()) path_ += '.';
      path_ += part.field != nullptr ? part.field->name() : fmt::format("field {}", part.unknown_field_number);
      if (part.field != nullptr && part.field->is_repeated() && !part.field->is_map()) {
        path_ += fmt::format("[{}]", std::max(part.index, part.new_index));
      }
    }
  }

  std::string path_;
};

}  // namespace

std::string describe_difference(std::string_view method, std::string_view before, std::string_view now) {
  if (before == now) return {};
  if (const Message* prototype = request_prototype(method)) {
    const std::unique_ptr<Message> first(prototype->New());
    const std::unique_ptr<Message> second(prototype->New());
    FirstDifference difference;
    MessageDifferencer differencer;
    differencer.ReportDifferencesTo(&difference);
    if (first->ParseFromArray(before.data(), static_cast<int>(before.size())) &&
        second->ParseFromArray(now.data(), static_cast<int>(now.size())) && !differencer.Compare(*first, *second)) {
      return fmt::format("the field {}", difference.path());
    }
  }
  const auto parted = std::ranges::mismatch(before, now);
  return fmt::format("byte {}", parted.in1 - before.begin());
}

}  // namespace florin::engine
