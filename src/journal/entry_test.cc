#include "journal/entry.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/encoding.h"

namespace florin::journal {
namespace {

Entry example() {
  Entry entry{.sequence = 7,
              .epoch = 2,
              .time = {1'700'000'000'000'000},
              .previous = {},
              .hash = {},
              .body = "forty-two bytes are enough for an example."};
  for (std::size_t i = 0; i < entry.previous.size(); ++i) entry.previous[i] = static_cast<std::uint8_t>(i);
  seal(3, entry);
  return entry;
}

std::string record_of(const Entry& entry, Partition partition, bool continues_write) {
  std::string record;
  append_record(record, partition, entry, continues_write);
  return record;
}

// These bytes are in people's data directories: they must be read for ever.
TEST(Record, TheStoredBytesNeverChange) {
  EXPECT_EQ(hex(record_of(example(), 3, true)),
            "464c4e4501007000010003002a0000000700000000000000020000000000000000401e18240a06000001020304050607"
            "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fbbb5ad6d9aee063e1072efdbff44bf510dcc64c781b76b72"
            "7315aa78a21858bed66b95b3021d2bf6666f7274792d74776f2062797465732061726520656e6f75676820666f722061"
            "6e206578616d706c652e0000000000e5");
}

TEST(Record, WhatIsStoredIsRead) {
  EXPECT_TRUE(rc::check([](std::uint64_t sequence, std::uint64_t epoch, std::int64_t time, const std::string& body,
                           Partition partition, bool continues_write) {
    Entry entry{.sequence = sequence, .epoch = epoch, .time = {time}, .previous = {}, .hash = {}, .body = body};
    seal(partition, entry);
    const std::string record = record_of(entry, partition, continues_write);
    RC_ASSERT(record.size() % 8 == 0 && record.size() == record_bytes(body.size()) && record.back() != '\0');
    auto header = parse_record_header(record);
    RC_ASSERT(header.has_value());
    RC_ASSERT(header->partition == partition && header->continues_write == continues_write);
    RC_ASSERT(record_is_whole(*header, record));
    header->entry.body = record.substr(record_header_bytes, header->body_bytes);
    RC_ASSERT(header->entry == entry);
  }));
}

TEST(Record, EveryByteIsChecked) {
  const std::string record = record_of(example(), 3, false);
  for (std::size_t at = 0; at < record.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = record;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const auto header = parse_record_header(changed);
      EXPECT_FALSE(header && record_is_whole(*header, changed)) << at;
    }
  }
  for (std::size_t size = 0; size < record.size(); ++size) {
    const auto header = parse_record_header(std::string_view(record).substr(0, size));
    EXPECT_FALSE(header && record_is_whole(*header, std::string_view(record).substr(0, size))) << size;
  }
}

TEST(EntryHash, CoversThePartitionAndEveryField) {
  const Entry entry = example();
  EXPECT_EQ(hex({reinterpret_cast<const char*>(entry.hash.data()), entry.hash.size()}),
            "bbb5ad6d9aee063e1072efdbff44bf510dcc64c781b76b727315aa78a21858be");
  const auto hash_with = [&](auto change) {
    Entry changed = entry;
    change(changed);
    return entry_hash(3, changed);
  };
  EXPECT_NE(entry_hash(4, entry), entry.hash);
  EXPECT_NE(hash_with([](Entry& e) { ++e.sequence; }), entry.hash);
  EXPECT_NE(hash_with([](Entry& e) { ++e.epoch; }), entry.hash);
  EXPECT_NE(hash_with([](Entry& e) { ++e.time.micros; }), entry.hash);
  EXPECT_NE(hash_with([](Entry& e) { e.previous[31] ^= 1; }), entry.hash);
  EXPECT_NE(hash_with([](Entry& e) { e.body.pop_back(); }), entry.hash);
}

TEST(CheckFollows, ABodyMayNotBeLongerThanTheLimit) {
  Entry entry{
      .sequence = 1, .epoch = 1, .time = {}, .previous = {}, .hash = {}, .body = std::string(body_bytes_max, 'x')};
  EXPECT_TRUE(check_follows(Tip{}, entry).ok());
  entry.body.push_back('x');
  EXPECT_EQ(check_follows(Tip{}, entry).error().reason(), "journal_out_of_order");
}

}  // namespace
}  // namespace florin::journal
