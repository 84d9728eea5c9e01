// Rows of a head, copied next to each other in the form that a product wants.
#pragma once

#include "arithmetic.h"
#include "scratch.h"

namespace borealis::BOREALIS_ISA {

/// `count` rows of a head from `first` on; `stride` elements from one to the next.
template <typename T>
struct Rows {
  const T* from;
  int64_t stride, first, count, depth;
  const T* operator[](int64_t row) const { return from + (first + row) * stride; }
};

/// Left factor: [row][unit], `width` units apart, zeros behind a row's end.
template <typename T>
inline void PackLeft(const Rows<T>& rows, int64_t width, float* to) {
  for (int64_t row = 0; row < rows.count; ++row) {
    for (int64_t i = 0; i < width; i += kLanes) {
      const int64_t some = Clamp(rows.depth - i, kLanes);
      Store(to + row * width + i, some == kLanes ? Load(rows[row] + i) : LoadSome(rows[row] + i, some));
    }
  }
}

/// Right factor whose sum runs along rows: [row][column].
template <typename T>
inline void PackRightRows(const Rows<T>& rows, int64_t width, float* to) {
  PackLeft(rows, width, to);
}

/// Right factor whose sum runs along depth: [unit][row], rows up to `width` zero.
template <typename T>
inline void PackRightColumns(const Rows<T>& rows, int64_t width, float* to) {
  for (int64_t start = 0; start < width; start += kLanes) {
    for (int64_t i = 0; i < rows.depth; i += kLanes) {
      const int64_t height = Clamp(rows.count - start, kLanes), columns = Smaller(kLanes, rows.depth - i);
      float square[kLanes][kLanes] = {};
      for (int64_t row = 0; row < height; ++row) Store(square[row], LoadSome(rows[start + row] + i, columns));
      for (int64_t column = 0; column < columns; ++column) {
        Floats turned;
        for (int row = 0; row < kLanes; ++row) turned[row] = square[row][column];
        Store(to + (i + column) * width + start, turned);
      }
    }
  }
}

#if defined(__AVX512BF16__)
/// As above, of pairs; depth is even.
inline void PackLeft(const Rows<Bfloat16>& rows, int64_t width, uint32_t* to) {
  for (int64_t row = 0; row < rows.count; ++row) {
    std::memset(to + row * width, 0, width * sizeof(uint32_t));
    std::memcpy(to + row * width, rows[row], rows.depth * sizeof(Bfloat16));
  }
}

inline void PackRightRows(const Rows<Bfloat16>& rows, int64_t width, uint32_t* to) {
  const auto take = [&](int64_t row, int64_t i) -> Ints {
    Halves halves = {};
    const int64_t some = row < rows.count ? Clamp(rows.depth - i, kLanes) : 0;
    if (some > 0) std::memcpy(&halves, rows[row] + i, some * sizeof(Bfloat16));
    return __builtin_convertvector(halves, Ints);
  };
  for (int64_t row = 0; row < rows.count; row += 2) {
    for (int64_t i = 0; i < width; i += kLanes) {
      Narrow::StoreUnits(to + row / 2 * width + i, take(row, i) | (take(row + 1, i) << 16));
    }
  }
}

inline void PackRightColumns(const Rows<Bfloat16>& rows, int64_t width, uint32_t* to) {
  // A pair lies in one lane, which moves as a whole.
  const int64_t units = rows.depth / 2;
  for (int64_t start = 0; start < width; start += kLanes) {
    for (int64_t i = 0; i < units; i += kLanes) {
      const int64_t height = Clamp(rows.count - start, kLanes), columns = Smaller(kLanes, units - i);
      uint32_t square[kLanes][kLanes] = {};
      for (int64_t row = 0; row < height; ++row) std::memcpy(square[row], rows[start + row] + 2 * i, columns * sizeof(uint32_t));
      for (int64_t column = 0; column < columns; ++column) {
        Ints turned;
        for (int row = 0; row < kLanes; ++row) turned[row] = static_cast<int32_t>(square[row][column]);
        Narrow::StoreUnits(to + (i + column) * width + start, turned);
      }
    }
  }
}
#endif

/// Rows of floats, `width` apart, times `scale`, to where a head's rows lie.
template <typename T>
inline void UnpackRows(const float* from, int64_t width, int64_t count, int64_t depth, T* to, int64_t stride, float scale) {
  for (int64_t row = 0; row < count; ++row) {
    for (int64_t c = 0; c < depth; c += kLanes) {
      const Floats value = Load(from + row * width + c) * scale;
      if (c + kLanes <= depth) {
        Store(to + row * stride + c, value);
      } else {
        StoreSome(to + row * stride + c, value, depth - c);
      }
    }
  }
}

}  // namespace borealis::BOREALIS_ISA
