// The sum of several arrays of rows, and a bias: a convolution over time is one of single frames' convolutions.
#pragma once

#include "kernels.h"
#include "norm.h"

namespace borealis::BOREALIS_ISA {

template <typename T>
void BiasedSum(const T* const* parts, int64_t count, const T* bias, T* sum, int64_t channels, int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const int64_t at = row * channels;
    ForEachRegister(channels, [&](int64_t i, int64_t some) {
      Floats total = Take(bias + i, some);
      for (int64_t part = 0; part < count; ++part) total += Take(parts[part] + at + i, some);
      Put(sum + at + i, total, some);
    });
  }
}

}  // namespace borealis::BOREALIS_ISA
