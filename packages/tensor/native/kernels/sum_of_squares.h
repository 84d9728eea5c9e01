// Σ x², for the norm of a gradient.
#pragma once

#include <algorithm>

#include "norm.h"

namespace borealis::BOREALIS_ISA {

/// How many numbers are summed in float before their sum goes on in double.
constexpr int64_t kSquaresInFloat = 4096;

template <typename T>
double SumOfSquares(const T* x, int64_t count) {
  double total = 0;
  for (int64_t start = 0; start < count; start += kSquaresInFloat) {
    Floats sum = {};
    ForEachRegister(std::min(kSquaresInFloat, count - start), [&](int64_t i, int64_t lanes) {
      const Floats value = Take(x + start + i, lanes);
      sum += value * value;
    });
    total += Sum(sum);
  }
  return total;
}

}  // namespace borealis::BOREALIS_ISA
