// x + gate · y, a row of the gate for each group of rows: how a block's result joins the stream (Peebles and Xie 2022).
// Without a gate, x + y.
#pragma once

#include "kernels.h"
#include "norm.h"

namespace borealis::BOREALIS_ISA {

template <typename T>
void GatedAdd(const GateShape& shape, const float* x, const float* gate, const T* y, float* sum, int64_t first,
              int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const int64_t at = row * shape.channels;
    const float* own = gate == nullptr ? nullptr : gate + row / shape.rowsPerGroup * shape.channels;
    ForEachRegister(shape.channels, [&](int64_t i, int64_t count) {
      Floats added = Take(y + at + i, count);
      if (own != nullptr) added *= Take(own + i, count);
      Put(sum + at + i, Take(x + at + i, count) + added, count);
    });
  }
}

/// dy of rows [first, last), which lie in one group; adds to `dgate` [channels].
template <typename T>
void GatedAddGradient(const GateShape& shape, const float* dsum, const float* gate, const T* y, T* dy, float* dgate,
                      int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const int64_t at = row * shape.channels;
    const float* own = gate + row / shape.rowsPerGroup * shape.channels;
    ForEachRegister(shape.channels, [&](int64_t i, int64_t count) {
      const Floats slope = Take(dsum + at + i, count);
      Put(dgate + i, Take(dgate + i, count) + slope * Take(y + at + i, count), count);
      Put(dy + at + i, slope * Take(own + i, count), count);
    });
  }
}

}  // namespace borealis::BOREALIS_ISA
