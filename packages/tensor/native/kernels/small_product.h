// Products of matrices that lie in the processor's cache: what attention is made of. Larger ones are TensorFlow's.
#pragma once

#include "arithmetic.h"

namespace borealis::BOREALIS_ISA {

/// A(i, k) is a[i · aRow + k · aColumn], k counting units; B is [depth columns] of units, C rows of floats. Columns are
/// whole registers.
template <typename Arithmetic>
struct Product {
  int64_t rows, columns, depth;
  const typename Arithmetic::Unit* a;
  int64_t aRow, aColumn;
  const typename Arithmetic::Unit* b;
  int64_t bRow;
  float* c;
  int64_t cRow;
  bool accumulate;  // C += A·B, else C = A·B
};

// As many accumulators as the registers hold beside a row of B and an element of A.
#if defined(__AVX512F__)
constexpr int kTileRows = 6, kTileRegisters = 4;
#else
constexpr int kTileRows = 6, kTileRegisters = 2;
#endif

template <typename Arithmetic, int rows, int registers>
inline void Tile(const Product<Arithmetic>& p, int64_t row, int64_t column) {
  Floats sums[rows][registers];
  float* c = p.c + row * p.cRow + column;
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < registers; ++j) sums[i][j] = p.accumulate ? Load(c + i * p.cRow + j * kLanes) : Floats{};
  }
  const auto* a = p.a + row * p.aRow;
  const auto* b = p.b + column;
  for (int64_t k = 0; k < p.depth; ++k, a += p.aColumn, b += p.bRow) {
    typename Arithmetic::Units right[registers];
#pragma GCC unroll 4
    for (int j = 0; j < registers; ++j) right[j] = Arithmetic::LoadUnits(b + j * kLanes);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      const auto left = Arithmetic::Everywhere(a[i * p.aRow]);
#pragma GCC unroll 4
      for (int j = 0; j < registers; ++j) sums[i][j] = Arithmetic::MultiplyAdd(left, right[j], sums[i][j]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < registers; ++j) Store(c + i * p.cRow + j * kLanes, sums[i][j]);
  }
}

template <int registers, typename Arithmetic>
inline void TileColumn(const Product<Arithmetic>& p, int64_t column) {
  int64_t row = 0;
  for (; row + kTileRows <= p.rows; row += kTileRows) Tile<Arithmetic, kTileRows, registers>(p, row, column);
  switch (p.rows - row) {
    case 5: return Tile<Arithmetic, 5, registers>(p, row, column);
    case 4: return Tile<Arithmetic, 4, registers>(p, row, column);
    case 3: return Tile<Arithmetic, 3, registers>(p, row, column);
    case 2: return Tile<Arithmetic, 2, registers>(p, row, column);
    case 1: return Tile<Arithmetic, 1, registers>(p, row, column);
    default: return;
  }
}

template <typename Arithmetic>
inline void Multiply(const Product<Arithmetic>& p) {
  constexpr int64_t kWidth = kTileRegisters * kLanes;
  int64_t column = 0;
  for (; column + kWidth <= p.columns; column += kWidth) TileColumn<kTileRegisters>(p, column);
  switch ((p.columns - column) / kLanes) {
#if defined(__AVX512F__)
    case 3: return TileColumn<3>(p, column);
    case 2: return TileColumn<2>(p, column);
#endif
    case 1: return TileColumn<1>(p, column);
    default: return;
  }
}

}  // namespace borealis::BOREALIS_ISA
