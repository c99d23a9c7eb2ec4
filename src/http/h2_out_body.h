// H2OutBody: a body's pieces that wait to be sent. They are moved in and copied out once, into a frame.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace florin::http {

class H2OutBody {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void push(std::string piece);
  // Appends the first `bytes`; there must be as many.
  void take(std::size_t bytes, std::string& out);
  void clear();

 private:
  std::vector<std::string> pieces_;
  std::size_t first_ = 0;  // pieces before it are sent
  std::size_t sent_ = 0;   // of that one
  std::size_t size_ = 0;
};

}  // namespace florin::http
