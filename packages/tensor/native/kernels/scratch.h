// Memory for the length of a call.
#pragma once

#include <cstdlib>

#include "vectors.h"

namespace borealis::BOREALIS_ISA {

/// Aligned to cache lines, not cleared.
template <typename T>
class Scratch {
 public:
  explicit Scratch(int64_t count) : data_(static_cast<T*>(std::aligned_alloc(64, (count * sizeof(T) + 63) / 64 * 64 + 64))) {
    if (data_ == nullptr) std::abort();
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::free(data_); }
  T* data() const { return data_; }

 private:
  T* data_;
};

inline int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t Clamp(int64_t value, int64_t most) { return value < 0 ? 0 : Smaller(value, most); }
inline int64_t Ceiling(int64_t count, int64_t divisor) { return (count + divisor - 1) / divisor; }
inline int64_t WholeRegisters(int64_t count) { return Ceiling(count, kLanes) * kLanes; }

inline void Fill(float* to, int64_t count, float value) {
  for (int64_t i = 0; i < count; ++i) to[i] = value;
}

}  // namespace borealis::BOREALIS_ISA
