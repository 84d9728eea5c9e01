// What finding the k largest numbers of a long row takes that has many lanes: the rest is a matter of few numbers.
#pragma once

#include "kernels.h"
#include "norm.h"

namespace borealis::BOREALIS_ISA {

template <typename T>
int64_t AtLeast(const T* x, int64_t count, float least, int32_t* places) {
  int64_t found = 0, i = 0;
#if defined(__AVX512F__)
  for (; i + kLanes <= count; i += kLanes) {
    uint32_t hits = _mm512_cmp_ps_mask(Load(x + i), Broadcast(least), _CMP_NLT_UQ);
    for (; hits != 0; hits &= hits - 1) places[found++] = static_cast<int32_t>(i + __builtin_ctz(hits));
  }
#elif defined(__AVX2__)
  for (; i + kLanes <= count; i += kLanes) {
    uint32_t hits = _mm256_movemask_ps(_mm256_cmp_ps(Load(x + i), Broadcast(least), _CMP_NLT_UQ));
    for (; hits != 0; hits &= hits - 1) places[found++] = static_cast<int32_t>(i + __builtin_ctz(hits));
  }
#endif
  for (; i < count; ++i) {
    places[found] = static_cast<int32_t>(i);  // overwritten by the next, unless it counts
    found += !(LoadSome(x + i, 1)[0] < least);
  }
  return found;
}

/// The row's maximum is subtracted first.
template <typename T>
float LogSum(const T* x, int64_t count) {
  constexpr float kLeast = -std::numeric_limits<float>::infinity();
  const int64_t whole = count - count % kLanes;
  const Floats rest = LoadSome(x + whole, count - whole);
  Floats most = Broadcast(kLeast);
  for (int64_t i = 0; i < whole; i += kLanes) most = Max(most, Load(x + i));
  float largest = kLeast;
  for (int i = 0; i < kLanes; ++i) largest = most[i] > largest ? most[i] : largest;
  for (int64_t i = 0; i < count - whole; ++i) largest = rest[i] > largest ? rest[i] : largest;
  const float level = largest == kLeast ? 0.f : largest;
  Floats sums = {};
  for (int64_t i = 0; i < whole; i += kLanes) sums += Exp(Load(x + i) - level);
  float sum = Sum(sums);
  const Floats powers = Exp(rest - level);
  for (int64_t i = 0; i < count - whole; ++i) sum += powers[i];
  return level + std::log(sum);
}

}  // namespace borealis::BOREALIS_ISA
