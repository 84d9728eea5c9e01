// Products of pairs of bfloat16 in the processor's matrix registers (Intel AMX): sixteen rows of sixteen units each, of
// which one instruction multiplies two and adds the result, sixteen rows of sixteen floats, to a third.
#pragma once

#if defined(__AMX_BF16__)

#include "scratch.h"
#include "small_product.h"

namespace borealis::BOREALIS_ISA {

constexpr int64_t kSide = 16;         // rows of a matrix register, and units or floats of a row
constexpr int64_t kRowBytes = 64;
constexpr int64_t kBlock = 2 * kSide;  // four sums, two of A's and two of B's are all eight registers

/// Sets the registers' shapes while it lives, and gives back those that were set: oneDNN remembers what it set.
class MatrixRegisters {
 public:
  MatrixRegisters() {
    Shapes whole{};
    whole.palette = 1;
    for (int i = 0; i < 8; ++i) {
      whole.rowBytes[i] = kRowBytes;
      whole.rows[i] = kSide;
    }
    _tile_storeconfig(&before_);
    _tile_loadconfig(&whole);
  }
  ~MatrixRegisters() { _tile_loadconfig(&before_); }
  MatrixRegisters(const MatrixRegisters&) = delete;
  MatrixRegisters& operator=(const MatrixRegisters&) = delete;

 private:
  struct alignas(64) Shapes {
    uint8_t palette, start, reserved[14];
    uint16_t rowBytes[16];
    uint8_t rows[16];
  };
  Shapes before_;
};

/// Sixteen rows of sixteen units, turned.
inline void Turn(const uint32_t* from, int64_t stride, uint32_t* to) {
  __m512i pairs[16], fours[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) pairs[i] = _mm512_loadu_si512(from + i * stride);
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    fours[i] = _mm512_unpacklo_epi32(pairs[i], pairs[i + 1]);
    fours[i + 1] = _mm512_unpackhi_epi32(pairs[i], pairs[i + 1]);
  }
  // Now each 128 bits of row r hold four units of one column; rows are gathered by fours, then by sixteens.
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    pairs[i] = _mm512_unpacklo_epi64(fours[i], fours[i + 2]);
    pairs[i + 1] = _mm512_unpackhi_epi64(fours[i], fours[i + 2]);
    pairs[i + 2] = _mm512_unpacklo_epi64(fours[i + 1], fours[i + 3]);
    pairs[i + 3] = _mm512_unpackhi_epi64(fours[i + 1], fours[i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512i low = _mm512_shuffle_i32x4(pairs[i], pairs[i + 4], 0x88);
    const __m512i lowRest = _mm512_shuffle_i32x4(pairs[i], pairs[i + 4], 0xdd);
    const __m512i high = _mm512_shuffle_i32x4(pairs[i + 8], pairs[i + 12], 0x88);
    const __m512i highRest = _mm512_shuffle_i32x4(pairs[i + 8], pairs[i + 12], 0xdd);
    _mm512_storeu_si512(to + i * 16, _mm512_shuffle_i32x4(low, high, 0x88));
    _mm512_storeu_si512(to + (i + 8) * 16, _mm512_shuffle_i32x4(low, high, 0xdd));
    _mm512_storeu_si512(to + (i + 4) * 16, _mm512_shuffle_i32x4(lowRest, highRest, 0x88));
    _mm512_storeu_si512(to + (i + 12) * 16, _mm512_shuffle_i32x4(lowRest, highRest, 0xdd));
  }
}

/// A factor in squares of sixteen by sixteen units: square (i, k) begins at from + i · across + k · along.
struct Squares {
  const uint32_t* from;
  int64_t across, along, stride;
};

/// A's squares, copied where they can't be read where they lie: turned, or zeros where rows or depth end.
inline Squares SquaresOfLeft(const Product<Narrow>& p, uint32_t* copy) {
  const int64_t depths = Ceiling(p.depth, kSide);
  const bool whole = p.rows % kSide == 0 && p.depth % kSide == 0;
  if (whole && p.aColumn == 1) return {p.a, kSide * p.aRow, kSide, p.aRow};
  for (int64_t row = 0; row < p.rows; row += kSide) {
    for (int64_t k = 0; k < p.depth; k += kSide) {
      const uint32_t* from = p.a + row * p.aRow + k * p.aColumn;
      uint32_t* to = copy + (row / kSide * depths + k / kSide) * kSide * kSide;
      const int64_t height = Smaller(kSide, p.rows - row), width = Smaller(kSide, p.depth - k);
      if (p.aRow == 1 && height == kSide && width == kSide) {
        Turn(from, p.aColumn, to);
        continue;
      }
      for (int64_t i = 0; i < kSide; ++i) {
        for (int64_t j = 0; j < kSide; ++j) {
          to[i * kSide + j] = i < height && j < width ? from[i * p.aRow + j * p.aColumn] : 0;
        }
      }
    }
  }
  return {copy, depths * kSide * kSide, kSide * kSide, kSide};
}

/// Up to two by two squares of C.
template <bool twoRows, bool twoColumns>
inline void MultiplyUpToFour(const Squares& left, const Squares& right, int64_t depths, float* c, int64_t cRow, bool accumulate) {
  const int64_t cBytes = cRow * sizeof(float), down = kSide * cRow;
  if (accumulate) {
    _tile_loadd(0, c, cBytes);
    if constexpr (twoColumns) _tile_loadd(1, c + kSide, cBytes);
    if constexpr (twoRows) _tile_loadd(2, c + down, cBytes);
    if constexpr (twoRows && twoColumns) _tile_loadd(3, c + down + kSide, cBytes);
  } else {
    _tile_zero(0);
    if constexpr (twoColumns) _tile_zero(1);
    if constexpr (twoRows) _tile_zero(2);
    if constexpr (twoRows && twoColumns) _tile_zero(3);
  }
  const int64_t leftBytes = left.stride * sizeof(uint32_t), rightBytes = right.stride * sizeof(uint32_t);
  const uint32_t *a = left.from, *b = right.from;
  for (int64_t k = 0; k < depths; ++k, a += left.along, b += right.along) {
    _tile_loadd(6, b, rightBytes);
    _tile_loadd(4, a, leftBytes);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (twoColumns) {
      _tile_loadd(7, b + right.across, rightBytes);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (twoRows) {
      _tile_loadd(5, a + left.across, leftBytes);
      _tile_dpbf16ps(2, 5, 6);
      if constexpr (twoColumns) _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, c, cBytes);
  if constexpr (twoColumns) _tile_stored(1, c + kSide, cBytes);
  if constexpr (twoRows) _tile_stored(2, c + down, cBytes);
  if constexpr (twoRows && twoColumns) _tile_stored(3, c + down + kSide, cBytes);
}

inline void MultiplySquares(const Squares& left, const Squares& right, int64_t depths, int64_t rows, int64_t columns,
                            float* c, int64_t cRow, bool accumulate) {
  const bool twoRows = rows > kSide, twoColumns = columns > kSide;
  const auto multiply = twoRows ? twoColumns ? MultiplyUpToFour<true, true> : MultiplyUpToFour<true, false>
                                : twoColumns ? MultiplyUpToFour<false, true> : MultiplyUpToFour<false, false>;
  multiply(left, right, depths, c, cRow, accumulate);
}

/// Rows of C that don't fill a square are summed beside it.
inline void MultiplyLastRows(const Squares& left, const Squares& right, int64_t depths, int64_t rows, int64_t columns,
                             float* c, int64_t cRow, bool accumulate) {
  alignas(64) float beside[kBlock * kBlock] = {};
  for (int64_t i = 0; accumulate && i < rows; ++i) std::memcpy(beside + i * kBlock, c + i * cRow, columns * sizeof(float));
  MultiplySquares(left, right, depths, rows, columns, beside, kBlock, true);
  for (int64_t i = 0; i < rows; ++i) std::memcpy(c + i * cRow, beside + i * kBlock, columns * sizeof(float));
}

/// B's rows where the depth ends, zeros below them.
inline void LastRowsOfRight(const Product<Narrow>& p, uint32_t* to) {
  const int64_t first = p.depth / kSide * kSide;
  for (int64_t k = first; k < first + kSide; ++k, to += p.columns) {
    if (k < p.depth) std::memcpy(to, p.b + k * p.bRow, p.columns * sizeof(uint32_t));
    else std::memset(to, 0, p.columns * sizeof(uint32_t));
  }
}

template <>
inline void Multiply<Narrow>(const Product<Narrow>& p) {
  const int64_t rowSquares = Ceiling(p.rows, kSide), wholeDepths = p.depth / kSide, depths = Ceiling(p.depth, kSide);
  Scratch<uint32_t> copy(rowSquares * depths * kSide * kSide), ending(kSide * p.columns);
  const Squares left = SquaresOfLeft(p, copy.data());
  if (wholeDepths < depths) LastRowsOfRight(p, ending.data());
  const MatrixRegisters registers;
  for (int64_t column = 0; column < p.columns; column += kBlock) {
    const int64_t columns = Smaller(kBlock, p.columns - column);
    const Squares right{p.b + column, kSide, kSide * p.bRow, p.bRow}, end{ending.data() + column, kSide, 0, p.columns};
    for (int64_t row = 0; row < p.rows; row += kBlock) {
      const int64_t rows = Smaller(kBlock, p.rows - row);
      float* c = p.c + row * p.cRow + column;
      const auto multiply = rows % kSide == 0 ? MultiplySquares : MultiplyLastRows;
      const Squares of{left.from + row / kSide * left.across, left.across, left.along, left.stride};
      if (wholeDepths > 0) multiply(of, right, wholeDepths, rows, columns, c, p.cRow, p.accumulate);
      if (wholeDepths == depths) continue;
      const Squares last{of.from + wholeDepths * of.along, of.across, of.along, of.stride};
      multiply(last, end, 1, rows, columns, c, p.cRow, p.accumulate || wholeDepths > 0);
    }
  }
}

}  // namespace borealis::BOREALIS_ISA

#endif
