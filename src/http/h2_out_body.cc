#include "http/h2_out_body.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace florin::http {

void H2OutBody::push(std::string piece) {
  if (piece.empty()) return;
  size_ += piece.size();
  pieces_.push_back(std::move(piece));
}

void H2OutBody::take(std::size_t bytes, std::string& out) {
  CHECK(bytes <= size_, "more taken than there is");
  size_ -= bytes;
  while (bytes > 0) {
    std::string& piece = pieces_[first_];
    const std::size_t taken = std::min(bytes, piece.size() - sent_);
    out.append(piece, sent_, taken);
    bytes -= taken;
    sent_ += taken;
    if (sent_ < piece.size()) break;
    // A writer that keeps pace may never let the list run empty, so what was sent is let go of piece by piece.
    std::string().swap(piece);
    ++first_;
    sent_ = 0;
  }
  if (size_ == 0) clear();
  if (first_ > 64) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void H2OutBody::clear() {
  pieces_.clear();
  first_ = sent_ = size_ = 0;
}

}  // namespace florin::http
