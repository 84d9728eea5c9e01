// Elements as safetensors files store them, and as TensorFlow's tensors hold them.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

namespace borealis {

// Converts count elements. Gives the index of the first whose value the target can't hold, or -1.
using ConvertElements = int64_t (*)(const void* from, void* to, int64_t count);

inline uint32_t BitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline float FromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline float FromBfloat16(uint16_t bits) { return FromBits(static_cast<uint32_t>(bits) << 16); }

// Exact; a NaN keeps its payload. Without branches, so that loops over it use vectors: exponents are moved from the
// half's bias of 15 to 127 by a product, which makes subnormals normal as well.
inline float FromFloat16(uint16_t half) {
  const uint32_t magnitude = BitsOf(FromBits(static_cast<uint32_t>(half & 0x7fff) << 13) * 0x1p112f);
  const uint32_t notFinite = (half & 0x7c00) == 0x7c00 ? 0x7f800000 : 0;
  return FromBits(static_cast<uint32_t>(half & 0x8000) << 16 | magnitude | notFinite);
}

inline float FromFloat64(double value) { return static_cast<float>(value); }

template <typename From, float (*convert)(From)>
[[gnu::optimize("O3")]] int64_t ToFloat(const void* from, void* to, int64_t count) {
  const auto* stored = static_cast<const From*>(from);
  auto* held = static_cast<float*>(to);
  for (int64_t i = 0; i < count; ++i) held[i] = convert(stored[i]);
  return -1;
}

template <typename From>
int64_t ToInt32(const void* from, void* to, int64_t count) {
  const auto* stored = static_cast<const From*>(from);
  auto* held = static_cast<int32_t*>(to);
  for (int64_t i = 0; i < count; ++i) {
    const From value = stored[i];
    held[i] = static_cast<int32_t>(value);
    const bool fits = std::numeric_limits<From>::is_signed
                          ? static_cast<int64_t>(held[i]) == static_cast<int64_t>(value)
                          : static_cast<uint64_t>(value) <= std::numeric_limits<int32_t>::max();
    if (!fits) return i;
  }
  return -1;
}

// A byte that is neither 0 nor 1 would be no bool in C++.
inline int64_t ToBool(const void* from, void* to, int64_t count) {
  const auto* stored = static_cast<const uint8_t*>(from);
  auto* held = static_cast<uint8_t*>(to);
  for (int64_t i = 0; i < count; ++i) held[i] = stored[i] != 0;
  return -1;
}

struct Conversion {
  const char* stored;
  TF_DataType held;
  int64_t storedBytes;
  ConvertElements convert;  // null: the bytes are the same
};

// Null where there is none.
inline const Conversion* FindConversion(const std::string& stored, TF_DataType held) {
  static constexpr Conversion conversions[] = {
      {"F32", TF_FLOAT, 4, nullptr},
      {"BF16", TF_BFLOAT16, 2, nullptr},
      {"I32", TF_INT32, 4, nullptr},
      {"BF16", TF_FLOAT, 2, ToFloat<uint16_t, FromBfloat16>},
      {"F16", TF_FLOAT, 2, ToFloat<uint16_t, FromFloat16>},
      {"F64", TF_FLOAT, 8, ToFloat<double, FromFloat64>},
      {"I8", TF_INT32, 1, ToInt32<int8_t>},
      {"U8", TF_INT32, 1, ToInt32<uint8_t>},
      {"I16", TF_INT32, 2, ToInt32<int16_t>},
      {"U16", TF_INT32, 2, ToInt32<uint16_t>},
      {"U32", TF_INT32, 4, ToInt32<uint32_t>},
      {"I64", TF_INT32, 8, ToInt32<int64_t>},
      {"U64", TF_INT32, 8, ToInt32<uint64_t>},
      {"BOOL", TF_BOOL, 1, ToBool},
  };
  for (const Conversion& conversion : conversions) {
    if (stored == conversion.stored && held == conversion.held) return &conversion;
  }
  return nullptr;
}

}  // namespace borealis
