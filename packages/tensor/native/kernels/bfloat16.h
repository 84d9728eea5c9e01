// The bits of a bfloat16.
#pragma once

#include <cstdint>

namespace borealis {

struct Bfloat16 {
  uint16_t bits;
};

}  // namespace borealis
