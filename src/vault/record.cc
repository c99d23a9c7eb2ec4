#include "vault/record.h"

#include "base/encoding.h"

namespace florin::vault {
namespace {

// They stand in files: append only.
enum class Kind : std::uint8_t { token_created = 1, token_claimed = 2 };

void put_text(std::string& out, std::string_view text) {
  put_u16_be(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class Integer>
  Integer number() {
    if (rest_.size() < sizeof(Integer)) {
      good_ = false;
      return 0;
    }
    const auto value = load_be<Integer>(rest_.data());
    rest_.remove_prefix(sizeof(Integer));
    return value;
  }
  std::string text() {
    const std::size_t size = number<std::uint16_t>();
    if (size > rest_.size()) good_ = false;
    if (!good_) return {};
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  bool ended_well() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

void put(std::string& out, const TokenCreated& record) {
  put_u8(out, static_cast<std::uint8_t>(Kind::token_created));
  put_u64_be(out, static_cast<std::uint64_t>(record.at.micros));
  put_text(out, record.token);
  put_text(out, record.card.number);
  put_u8(out, static_cast<std::uint8_t>(record.card.brand));
  put_u8(out, static_cast<std::uint8_t>(record.card.exp_month));
  put_u16_be(out, static_cast<std::uint16_t>(record.card.exp_year));
  put_text(out, record.card.name);
}

void put(std::string& out, const TokenClaimed& record) {
  put_u8(out, static_cast<std::uint8_t>(Kind::token_claimed));
  put_u64_be(out, static_cast<std::uint64_t>(record.at.micros));
  put_text(out, record.token);
  put_text(out, record.tenant_id);
  put_text(out, record.claimant);
}

TokenCreated read_created(Reader& reader) {
  TokenCreated record;
  record.at.micros = static_cast<std::int64_t>(reader.number<std::uint64_t>());
  record.token = reader.text();
  record.card.number = reader.text();
  record.card.brand = static_cast<cards::Brand>(reader.number<std::uint8_t>());
  record.card.exp_month = reader.number<std::uint8_t>();
  record.card.exp_year = reader.number<std::uint16_t>();
  record.card.name = reader.text();
  return record;
}

TokenClaimed read_claimed(Reader& reader) {
  TokenClaimed record;
  record.at.micros = static_cast<std::int64_t>(reader.number<std::uint64_t>());
  record.token = reader.text();
  record.tenant_id = reader.text();
  record.claimant = reader.text();
  return record;
}

}  // namespace

std::string encode(const Record& record) {
  std::string out;
  // At once for any record: a text that grows leaves copies of a card behind.
  out.reserve(1024);
  std::visit([&out](const auto& each) { put(out, each); }, record);
  return out;
}

std::optional<Record> decode(std::string_view bytes) {
  Reader reader(bytes);
  std::optional<Record> record;
  switch (static_cast<Kind>(reader.number<std::uint8_t>())) {
    case Kind::token_created: {
      TokenCreated created = read_created(reader);
      if (created.card.number.size() < cards::number_digits_min) return std::nullopt;
      record.emplace(std::move(created));
      break;
    }
    case Kind::token_claimed:
      record.emplace(read_claimed(reader));
      break;
  }
  if (!record || !reader.ended_well()) return std::nullopt;
  return record;
}

}  // namespace florin::vault
