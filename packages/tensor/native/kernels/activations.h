// GELU, its tanh approximation and SiLU, with derivatives.
#pragma once

#include "kernels.h"
#include "vectors.h"

namespace borealis::BOREALIS_ISA {

/// e^(u²) · erfc(u) for u ≥ 0, by a polynomial in 1 / (1 + 0.33 u) fitted over [0, 10]; relative error 1e-7.
inline Floats ScaledErfc(Floats u) {
  const Floats t = 1.f / (1.f + 0.33f * u);
  Floats sum = Broadcast(-0.13534955f);
  sum = sum * t + 0.46025355f;
  sum = sum * t - 0.35117872f;
  sum = sum * t + 0.40852749f;
  sum = sum * t + 0.04720556f;
  sum = sum * t + 0.20122867f;
  sum = sum * t + 0.18295513f;
  sum = sum * t + 0.18635786f;
  return sum * t;
}

struct Gelu {
  /// The normal distribution up to x, and its density there.
  static void Distribution(Floats x, Floats* below, Floats* density) {
    const Floats bell = Exp(-0.5f * x * x);
    const Floats tail = 0.5f * bell * ScaledErfc(Abs(x) * 0.70710678f);
    *below = x < 0.f ? tail : 1.f - tail;
    *density = bell * 0.39894228f;
  }
  static Floats Value(Floats x) {
    Floats below, density;
    Distribution(x, &below, &density);
    return x * below;
  }
  static Floats Slope(Floats x) {
    Floats below, density;
    Distribution(x, &below, &density);
    return below + x * density;
  }
};

/// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))) = x · sigmoid of twice that argument.
struct GeluTanh {
  static constexpr float kScale = 1.59576912f;  // 2 √(2/π)
  static Floats Gate(Floats x) { return 1.f / (1.f + Exp(-kScale * (x + 0.044715f * x * x * x))); }
  static Floats Value(Floats x) { return x * Gate(x); }
  static Floats Slope(Floats x) {
    const Floats gate = Gate(x);
    return gate + x * gate * (1.f - gate) * kScale * (1.f + 3.f * 0.044715f * x * x);
  }
};

struct Silu {
  static Floats Gate(Floats x) { return 1.f / (1.f + Exp(-x)); }
  static Floats Value(Floats x) { return x * Gate(x); }
  static Floats Slope(Floats x) {
    const Floats gate = Gate(x);
    return gate * (1.f + x * (1.f - gate));
  }
};

template <typename Activation, typename T>
void Activate(const T* x, T* y, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(y + i, Activation::Value(Load(x + i)));
  if (i < count) StoreSome(y + i, Activation::Value(LoadSome(x + i, count - i)), count - i);
}

template <typename Activation, typename T>
void ActivateGradient(const T* x, const T* dy, T* dx, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(dx + i, Load(dy + i) * Activation::Slope(Load(x + i)));
  if (i < count) {
    const Floats slope = Activation::Slope(LoadSome(x + i, count - i));
    StoreSome(dx + i, LoadSome(dy + i, count - i) * slope, count - i);
  }
}

}  // namespace borealis::BOREALIS_ISA
