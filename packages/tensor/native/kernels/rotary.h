// Rotary embedding (Su et al. 2021): pairs of neighbouring channels, turned.
#pragma once

#include "kernels.h"
#include "norm.h"

namespace borealis::BOREALIS_ISA {

/// (a, b) of each pair → (b, a)
inline Floats SwapPairs(Floats value) {
#if defined(__clang__)
  Floats swapped;
  for (int i = 0; i < kLanes; ++i) swapped[i] = value[i ^ 1];
  return swapped;
#else
  Ints order;
  for (int i = 0; i < kLanes; ++i) order[i] = i ^ 1;
  return __builtin_shuffle(value, order);
#endif
}

/// −1 for the first of each pair, 1 for the second.
inline Floats PairSigns() {
  Floats signs;
  for (int i = 0; i < kLanes; ++i) signs[i] = i % 2 == 0 ? -1.f : 1.f;
  return signs;
}

template <typename T>
void Rotate(const RotaryShape& shape, const T* x, const float* cosines, const float* sines, T* y, int64_t first,
            int64_t last) {
  const int64_t width = shape.heads * shape.depth;
  const Floats signs = PairSigns() * (shape.backwards ? -1.f : 1.f);
  for (int64_t row = first; row < last; ++row) {
    const float* cosine = cosines + row % shape.tokens * shape.depth;
    const float* sine = sines + row % shape.tokens * shape.depth;
    for (int64_t head = 0; head < shape.heads; ++head) {
      const int64_t at = row * width + head * shape.depth;
      ForEachRegister(shape.depth, [&](int64_t i, int64_t count) {
        const Floats value = Take(x + at + i, count);
        const Floats turned = value * Take(cosine + i, count) + SwapPairs(value) * (Take(sine + i, count) * signs);
        Put(y + at + i, turned, count);
      });
    }
  }
}

}  // namespace borealis::BOREALIS_ISA
