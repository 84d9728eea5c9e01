// How the factors of attention's products are kept. `Wide`: floats. `Narrow`: pairs of bfloat16, which newer processors
// multiply and add up (in float) at twice the speed. A unit is what one lane of a register holds: a float, or a pair that
// lies along the sum.
#pragma once

#include "vectors.h"

namespace borealis::BOREALIS_ISA {

struct Wide {
  using Unit = float;
  using Units = Floats;
  static constexpr int64_t kPerUnit = 1;

  static Units LoadUnits(const Unit* from) { return Load(from); }
  static Units Everywhere(Unit unit) { return Broadcast(unit); }
  static Floats MultiplyAdd(Units a, Units b, Floats sum) { return sum + a * b; }
  static Units Join(const Floats (&values)[1]) { return values[0]; }
  static void StoreUnits(Unit* to, Units units) { Store(to, units); }
};

#if defined(__AVX512BF16__)
struct Narrow {
  using Unit = uint32_t;
  using Units = Ints;
  static constexpr int64_t kPerUnit = 2;

  static Units LoadUnits(const Unit* from) {
    Units units;
    std::memcpy(&units, from, sizeof units);
    return units;
  }
  static Units Everywhere(Unit unit) { return static_cast<int32_t>(unit) - Units{}; }
  static Floats MultiplyAdd(Units a, Units b, Floats sum) { return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b); }
  /// Rounded to the nearest, ties away from zero.
  static Units Join(const Floats (&values)[2]) {
    const Ints low = ((BitsOf(values[0]) + 0x8000) >> 16) & 0xffff;
    const Ints high = (BitsOf(values[1]) + 0x8000) & static_cast<int32_t>(0xffff0000);
    return low | high;
  }
  static void StoreUnits(Unit* to, Units units) { std::memcpy(to, &units, sizeof units); }
};
#endif

}  // namespace borealis::BOREALIS_ISA
