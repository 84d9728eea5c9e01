// x + bias + scale · narrow · factor: what an adapter of low rank adds to a linear layer (Hu et al. 2021). The sum of the
// product has few terms, so a pass over x costs more than the product, and all is done in one.
#pragma once

#include "kernels.h"
#include "norm.h"
#include "packing.h"
#include "small_product.h"

namespace borealis::BOREALIS_ISA {

/// What is worked on at once stays in the nearest cache.
constexpr int64_t kLowRankRows = 24, kLowRankColumns = 256;

template <typename Arithmetic, typename T>
void LowRankAddOf(const LowRankShape& shape, const T* x, const T* bias, const T* narrow, const T* factor, T* sum,
                  int64_t first, int64_t last) {
  using Unit = typename Arithmetic::Unit;
  const int64_t rank = shape.rank, units = Ceiling(rank, Arithmetic::kPerUnit), padded = WholeRegisters(units);
  const int64_t widest = WholeRegisters(Smaller(kLowRankColumns, shape.channels));
  const int64_t count = last - first;
  Scratch<Unit> left(count * padded), right(units * widest);
  Scratch<float> product(kLowRankRows * widest);
  PackLeft(Rows<T>{narrow, rank, first, count, rank}, padded, left.data());
  for (int64_t column = 0; column < shape.channels; column += kLowRankColumns) {
    const int64_t columns = Smaller(kLowRankColumns, shape.channels - column), width = WholeRegisters(columns);
    if (shape.turned) {
      PackRightColumns(Rows<T>{factor, rank, column, columns, rank}, width, right.data());
    } else {
      PackRightRows(Rows<T>{factor + column, shape.channels, 0, rank, columns}, width, right.data());
    }
    for (int64_t row = 0; row < count; row += kLowRankRows) {
      const int64_t rows = Smaller(kLowRankRows, count - row);
      Multiply<Arithmetic>({rows, width, units, left.data() + row * padded, padded, 1, right.data(), width,
                            product.data(), width, false});
      for (int64_t i = 0; i < rows; ++i) {
        const int64_t at = (first + row + i) * shape.channels + column;
        ForEachRegister(columns, [&](int64_t c, int64_t some) {
          const Floats base = Take(x + at + c, some);
          const Floats shifted = bias == nullptr ? base : base + Take(bias + column + c, some);
          Put(sum + at + c, shifted + Load(product.data() + i * width + c) * shape.scale, some);
        });
      }
    }
  }
}

/// Rows [first, last); `sum` may be `x`. Pairs where the processor multiplies them, and the rank is of pairs.
template <typename T>
void LowRankAdd(const LowRankShape& shape, const T* x, const T* bias, const T* narrow, const T* factor, T* sum,
                int64_t first, int64_t last) {
#if defined(__AVX512BF16__)
  if constexpr (sizeof(T) == sizeof(Bfloat16)) {
    if (shape.rank % 2 == 0) return LowRankAddOf<Narrow>(shape, x, bias, narrow, factor, sum, first, last);
  }
#endif
  LowRankAddOf<Wide>(shape, x, bias, narrow, factor, sum, first, last);
}

}  // namespace borealis::BOREALIS_ISA
