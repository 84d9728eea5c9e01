// Registers of floats, in the GCC and Clang vector extension: one source for every instruction set. How many floats a
// register holds is set by what the file is compiled for.
//
// Code that is compiled for several instruction sets must not use templates of the standard library that could be
// emitted as functions: the linker keeps one copy of each, perhaps the one that this processor can't run.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "bfloat16.h"

namespace borealis::BOREALIS_ISA {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

using Floats = float __attribute__((vector_size(4 * kLanes)));
using Ints = int32_t __attribute__((vector_size(4 * kLanes)));
using Halves = uint16_t __attribute__((vector_size(2 * kLanes)));

inline Floats Broadcast(float value) { return value - Floats{}; }

inline Ints BitsOf(Floats value) {
  Ints bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline Floats OfBits(Ints bits) {
  Floats value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline Floats Load(const float* from) {
  Floats value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

inline Floats Load(const Bfloat16* from) {
  Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  return OfBits(__builtin_convertvector(halves, Ints) << 16);
}

inline void Store(float* to, Floats value) { std::memcpy(to, &value, sizeof value); }

/// Rounds to the nearest, ties to even; NaN stays NaN.
#if defined(__AVX512BF16__)
inline void Store(Bfloat16* to, Floats value) {
  const __m256bh halves = _mm512_cvtneps_pbh(value);  // below the smallest normal number: 0
  std::memcpy(to, &halves, sizeof halves);
}
#else
inline void Store(Bfloat16* to, Floats value) {
  const Ints bits = BitsOf(value);
  const Ints rounded = bits + 0x7fff + ((bits >> 16) & 1);
  const Ints kept = value == value ? rounded : (bits | 0x400000);
  const Halves halves = __builtin_convertvector(kept >> 16, Halves);
  std::memcpy(to, &halves, sizeof halves);
}
#endif

/// The first `count` elements; zeros behind them.
template <typename T>
inline Floats LoadSome(const T* from, int64_t count) {
  T lanes[kLanes] = {};
  std::memcpy(lanes, from, count * sizeof(T));
  return Load(lanes);
}

template <typename T>
inline void StoreSome(T* to, Floats value, int64_t count) {
  T lanes[kLanes];
  Store(lanes, value);
  std::memcpy(to, lanes, count * sizeof(T));
}

inline float Sum(Floats value) {
  float sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += value[i];
  return sum;
}

#if defined(__AVX512F__)
// Where one is NaN, the second.
inline Floats Max(Floats a, Floats b) { return _mm512_max_ps(a, b); }
inline Floats Min(Floats a, Floats b) { return _mm512_min_ps(a, b); }
inline Floats Sqrt(Floats value) { return _mm512_sqrt_ps(value); }
#else
inline Floats Max(Floats a, Floats b) { return a > b ? a : b; }
inline Floats Min(Floats a, Floats b) { return a < b ? a : b; }
inline Floats Sqrt(Floats value) {
  Floats root;
  for (int i = 0; i < kLanes; ++i) root[i] = std::sqrt(value[i]);
  return root;
}
#endif

inline Floats Abs(Floats value) { return OfBits(BitsOf(value) & 0x7fffffff); }

/// 2^f for f in [−½, ½], relative error 2e-9 before rounding.
inline Floats FractionalPowerOfTwo(Floats f) {
  Floats power = Broadcast(0.0001534571497f);
  power = power * f + 0.001339990129f;
  power = power * f + 0.009618489034f;
  power = power * f + 0.05550328854f;
  power = power * f + 0.2402264689f;
  power = power * f + 0.6931472057f;
  return power * f + 1.f;
}

/// e^x = 2^n · 2^f, n the integer nearest to x · log₂ e. What is below the smallest normal number may become 0.
inline Floats Exp(Floats x) {
  constexpr float kLog2e = 1.44269502f, kLog2eRest = 1.92596299e-8f;
#if defined(__AVX512F__)
  const Floats bounded = Max(Broadcast(-200.f), x);
  const Floats whole = _mm512_roundscale_ps(bounded * kLog2e, _MM_FROUND_TO_NEAREST_INT);
  const Floats rest = (bounded * kLog2e - whole) + bounded * kLog2eRest;
  return _mm512_scalef_ps(FractionalPowerOfTwo(rest), whole);
#else
  const Floats bounded = Min(Max(x, Broadcast(-87.f)), Broadcast(88.7f));
  const Floats whole = (bounded * kLog2e + 12582912.f) - 12582912.f;  // 1.5 · 2²³: the sum's last bits are the integer
  const Floats rest = (bounded * kLog2e - whole) + bounded * kLog2eRest;
  // In two steps: 2^128 is no number, 2^127 · 2 is.
  const Ints half = __builtin_convertvector(whole, Ints) >> 1, other = __builtin_convertvector(whole, Ints) - half;
  const Floats result = FractionalPowerOfTwo(rest) * OfBits((half + 127) << 23) * OfBits((other + 127) << 23);
  const Floats positive = x < -87.f ? Floats{} : result;
  const Floats finite = x > 88.7f ? Broadcast(std::numeric_limits<float>::infinity()) : positive;
  return x == x ? finite : x;
#endif
}

}  // namespace borealis::BOREALIS_ISA
