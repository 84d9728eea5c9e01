// Cross-entropy of rows of logits, and its gradient, while a row is in the cache.
#pragma once

#include "kernels.h"
#include "norm.h"

namespace borealis::BOREALIS_ISA {

/// `slopes` may be `logits`: each row is read before it is overwritten. Null: no gradient is wanted.
template <typename T>
void CrossEntropy(const CrossEntropyShape& shape, const T* logits, const int32_t* targets, float* losses, T* slopes,
                  int64_t first, int64_t last) {
  const int64_t classes = shape.classes;
  const float even = shape.smoothing / classes;
  for (int64_t row = first; row < last; ++row) {
    const T* from = logits + row * classes;
    const int64_t whole = classes - classes % kLanes;
    Floats most = Broadcast(-std::numeric_limits<float>::infinity()), total = {};
    for (int64_t i = 0; i < whole; i += kLanes) {
      const Floats value = Load(from + i);
      most = Max(most, value);
      total += value;
    }
    float largest = -std::numeric_limits<float>::infinity(), sumOfLogits = Sum(total);
    for (int i = 0; i < kLanes; ++i) largest = most[i] > largest ? most[i] : largest;
    if (whole < classes) {
      const Floats rest = LoadSome(from + whole, classes - whole);
      for (int64_t i = 0; i < classes - whole; ++i) largest = rest[i] > largest ? rest[i] : largest;
      sumOfLogits += Sum(rest);
    }
    Floats sums = {};
    for (int64_t i = 0; i < whole; i += kLanes) sums += Exp(Load(from + i) - largest);
    float sum = Sum(sums);
    if (whole < classes) {
      const Floats rest = Exp(LoadSome(from + whole, classes - whole) - largest);
      for (int64_t i = 0; i < classes - whole; ++i) sum += rest[i];
    }
    const float logSum = largest + std::log(sum);
    const int32_t target = targets[row];
    const float chosen = LoadSome(from + target, 1)[0];
    losses[row] = logSum - (1 - shape.smoothing) * chosen - even * sumOfLogits;
    if (slopes == nullptr) continue;
    // Not e^(x − log Σ): where logits are large, that difference has lost the bits that count.
    const float share = 1 / sum;
    T* to = slopes + row * classes;
    ForEachRegister(classes, [&](int64_t i, int64_t count) {
      Put(to + i, Exp(Take(from + i, count) - largest) * share - even, count);
    });
    const Floats slope = Broadcast(std::exp(chosen - largest) * share - even - (1 - shape.smoothing));
    StoreSome(to + target, slope, 1);
  }
}

/// Rows [first, last) of x times `factors[row]`.
template <typename T>
void ScaleRows(const T* x, const float* factors, T* y, int64_t channels, int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const float factor = factors[row];
    ForEachRegister(channels, [&](int64_t i, int64_t count) {
      Put(y + row * channels + i, Take(x + row * channels + i, count) * factor, count);
    });
  }
}

}  // namespace borealis::BOREALIS_ISA
