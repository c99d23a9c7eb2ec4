#include "rpc/reflection/served_files.h"

#include <algorithm>

namespace florin::rpc {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

namespace {

const DescriptorPool& pool() {
  return *DescriptorPool::generated_pool();
}

}  // namespace

ServedFiles::ServedFiles(const Router& router) {
  for (const MethodSpec* spec : router.methods()) {
    services_.insert(spec->service);
    add(*spec->descriptor->file());
  }
}

void ServedFiles::add(const FileDescriptor& file) {
  if (!files_.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) add(*file.dependency(i));
}

const FileDescriptor* ServedFiles::if_served(const FileDescriptor* file) const {
  return files_.contains(file) ? file : nullptr;
}

const FileDescriptor* ServedFiles::by_name(const std::string& name) const {
  return if_served(pool().FindFileByName(name));
}

const FileDescriptor* ServedFiles::by_symbol(const std::string& symbol) const {
  return if_served(pool().FindFileContainingSymbol(symbol));
}

const FileDescriptor* ServedFiles::by_extension(const std::string& message, int number) const {
  const auto* type = pool().FindMessageTypeByName(message);
  if (type == nullptr) return nullptr;
  const FieldDescriptor* extension = pool().FindExtensionByNumber(type, number);
  return extension == nullptr ? nullptr : if_served(extension->file());
}

ServedFiles::Extensions ServedFiles::extensions(const std::string& message) const {
  const auto* type = pool().FindMessageTypeByName(message);
  if (type == nullptr || if_served(type->file()) == nullptr) return {};
  std::vector<const FieldDescriptor*> all;
  pool().FindAllExtensions(type, &all);
  Extensions out{.known = true};
  for (const FieldDescriptor* extension : all) {
    if (if_served(extension->file()) != nullptr) out.numbers.push_back(extension->number());
  }
  std::ranges::sort(out.numbers);
  return out;
}

}  // namespace florin::rpc
