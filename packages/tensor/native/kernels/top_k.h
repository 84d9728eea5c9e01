// What finding the k largest numbers of a long row takes that has many lanes: the rest is a matter of few numbers.
#pragma once

#include "kernels.h"
#include "vectors.h"

namespace borealis::BOREALIS_ISA {

inline int64_t AtLeast(const float* x, int64_t count, float least, int32_t* places) {
  int64_t found = 0, i = 0;
#if defined(__AVX512F__)
  const Floats bound = Broadcast(least);
  for (; i + kLanes <= count; i += kLanes) {
    for (uint32_t hits = _mm512_cmp_ps_mask(Load(x + i), bound, _CMP_NLT_UQ); hits != 0; hits &= hits - 1) {
      places[found++] = static_cast<int32_t>(i + __builtin_ctz(hits));
    }
  }
#elif defined(__AVX2__)
  const Floats bound = Broadcast(least);
  for (; i + kLanes <= count; i += kLanes) {
    const auto passing = _mm256_cmp_ps(Load(x + i), bound, _CMP_NLT_UQ);
    for (uint32_t hits = _mm256_movemask_ps(passing); hits != 0; hits &= hits - 1) {
      places[found++] = static_cast<int32_t>(i + __builtin_ctz(hits));
    }
  }
#endif
  for (; i < count; ++i) {
    places[found] = static_cast<int32_t>(i);  // overwritten by the next, unless it counts
    found += !(x[i] < least);
  }
  return found;
}

/// The row's maximum is subtracted first.
inline float LogSum(const float* x, int64_t count) {
  constexpr float kLeast = -std::numeric_limits<float>::infinity();
  const int64_t whole = count - count % kLanes;
  Floats most = Broadcast(kLeast);
  for (int64_t i = 0; i < whole; i += kLanes) most = Max(most, Load(x + i));
  float largest = kLeast;
  for (int i = 0; i < kLanes; ++i) largest = most[i] > largest ? most[i] : largest;
  for (int64_t i = whole; i < count; ++i) largest = x[i] > largest ? x[i] : largest;
  const float level = largest == kLeast ? 0.f : largest;
  Floats sums = {};
  for (int64_t i = 0; i < whole; i += kLanes) sums += Exp(Load(x + i) - level);
  float sum = Sum(sums);
  if (whole < count) {
    const Floats rest = Exp(LoadSome(x + whole, count - whole) - level);
    for (int64_t i = 0; i < count - whole; ++i) sum += rest[i];
  }
  return level + std::log(sum);
}

}  // namespace borealis::BOREALIS_ISA
