// Products of matrices that lie in the processor's cache: what attention is made of. Larger ones are TensorFlow's.
#pragma once

#include "vectors.h"

namespace borealis::BOREALIS_ISA {

/// A(i, k) is a[i · aRow + k · aColumn]; B and C are rows of whole registers.
struct Product {
  int64_t rows, columns, depth;
  const float* a;
  int64_t aRow, aColumn;
  const float* b;
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

template <int rows, int registers>
inline void Tile(const Product& p, int64_t row, int64_t column) {
  Floats sums[rows][registers];
  float* c = p.c + row * p.cRow + column;
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < registers; ++j) sums[i][j] = p.accumulate ? Load(c + i * p.cRow + j * kLanes) : Floats{};
  }
  const float* a = p.a + row * p.aRow;
  const float* b = p.b + column;
  for (int64_t k = 0; k < p.depth; ++k, a += p.aColumn, b += p.bRow) {
    Floats right[registers];
#pragma GCC unroll 4
    for (int j = 0; j < registers; ++j) right[j] = Load(b + j * kLanes);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      const float left = a[i * p.aRow];
#pragma GCC unroll 4
      for (int j = 0; j < registers; ++j) sums[i][j] += left * right[j];
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < registers; ++j) Store(c + i * p.cRow + j * kLanes, sums[i][j]);
  }
}

template <int registers>
inline void TileColumn(const Product& p, int64_t column) {
  int64_t row = 0;
  for (; row + kTileRows <= p.rows; row += kTileRows) Tile<kTileRows, registers>(p, row, column);
  switch (p.rows - row) {
    case 5: return Tile<5, registers>(p, row, column);
    case 4: return Tile<4, registers>(p, row, column);
    case 3: return Tile<3, registers>(p, row, column);
    case 2: return Tile<2, registers>(p, row, column);
    case 1: return Tile<1, registers>(p, row, column);
    default: return;
  }
}

/// `columns` is a multiple of kLanes.
inline void Multiply(const Product& p) {
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
