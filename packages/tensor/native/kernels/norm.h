// Layer normalisation and RMS normalisation of rows, with gradients.
#pragma once

#include "kernels.h"
#include "vectors.h"

namespace borealis::BOREALIS_ISA {

/// Calls fn(i, count) for each register of a row; `count` is less than kLanes in the last one only.
template <typename Fn>
inline void ForEachRegister(int64_t channels, Fn fn) {
  int64_t i = 0;
  for (; i + kLanes <= channels; i += kLanes) fn(i, kLanes);
  if (i < channels) fn(i, channels - i);
}

template <typename T>
inline Floats Take(const T* from, int64_t count) {
  return count == kLanes ? Load(from) : LoadSome(from, count);
}

template <typename T>
inline void Put(T* to, Floats value, int64_t count) {
  if (count == kLanes) {
    Store(to, value);
  } else {
    StoreSome(to, value, count);
  }
}

template <typename X>
inline float RowMean(const X* x, int64_t channels) {
  Floats sum = {};
  ForEachRegister(channels, [&](int64_t i, int64_t count) { sum += Take(x + i, count); });
  return Sum(sum) / channels;
}

/// mean((x − center)²)
template <typename X>
inline float RowVariance(const X* x, int64_t channels, float center) {
  Floats sum = {};
  const int64_t whole = channels - channels % kLanes;
  for (int64_t i = 0; i < whole; i += kLanes) {
    const Floats apart = Load(x + i) - center;
    sum += apart * apart;
  }
  float total = Sum(sum);
  if (whole < channels) {
    const Floats apart = LoadSome(x + whole, channels - whole) - center;
    for (int64_t i = 0; i < channels - whole; ++i) total += apart[i] * apart[i];
  }
  return total / channels;
}

template <typename X, typename Y>
void NormForward(const NormShape& shape, const X* x, const float* gain, const float* bias, Y* y, float* means,
                 float* inverses, int64_t first, int64_t last) {
  const int64_t channels = shape.channels;
  for (int64_t row = first; row < last; ++row) {
    const X* from = x + row * channels;
    Y* to = y + row * channels;
    const int64_t group = row / shape.rowsPerGroup * channels;
    const float mean = shape.centered ? RowMean(from, channels) : 0.f;
    const float inverse = 1.f / std::sqrt(RowVariance(from, channels, mean) + shape.eps);
    ForEachRegister(channels, [&](int64_t i, int64_t count) {
      Floats value = (Take(from + i, count) - mean) * inverse;
      if (gain != nullptr) value *= Take(gain + group + i, count);
      if (bias != nullptr) value += Take(bias + group + i, count);
      Put(to + i, value, count);
    });
    if (means != nullptr) means[row] = mean;
    if (inverses != nullptr) inverses[row] = inverse;
  }
}

template <typename X, typename Y>
void NormBackward(const NormShape& shape, const Y* dy, const X* x, const float* gain, const float* means,
                  const float* inverses, X* dx, float* dgain, float* dbias, int64_t first, int64_t last) {
  const int64_t channels = shape.channels;
  for (int64_t row = first; row < last; ++row) {
    const X* from = x + row * channels;
    const Y* above = dy + row * channels;
    X* to = dx + row * channels;
    const float* scale = gain == nullptr ? nullptr : gain + row / shape.rowsPerGroup * channels;
    const float mean = shape.centered ? means[row] : 0.f, inverse = inverses[row];
    Floats sum = {}, along = {};
    ForEachRegister(channels, [&](int64_t i, int64_t count) {
      const Floats given = Take(above + i, count);
      // Beyond the row's end `given` is 0, and so is all that is multiplied with it.
      const Floats normal = (Take(from + i, count) - mean) * inverse;
      const Floats inner = scale == nullptr ? given : given * Take(scale + i, count);
      sum += inner;
      along += inner * normal;
      if (dgain != nullptr) Put(dgain + i, Take(dgain + i, count) + given * normal, count);
      if (dbias != nullptr) Put(dbias + i, Take(dbias + i, count) + given, count);
    });
    const float level = shape.centered ? Sum(sum) / channels : 0.f;
    const float slope = Sum(along) / channels;
    ForEachRegister(channels, [&](int64_t i, int64_t count) {
      const Floats normal = (Take(from + i, count) - mean) * inverse;
      const Floats given = Take(above + i, count);
      const Floats inner = scale == nullptr ? given : given * Take(scale + i, count);
      Put(to + i, inverse * (inner - level - normal * slope), count);
    });
  }
}

template <typename T>
void ColumnSums(const T* x, int64_t channels, float* sums, int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const T* from = x + row * channels;
    ForEachRegister(channels, [&](int64_t i, int64_t count) {
      Put(sums + i, Take(sums + i, count) + Take(from + i, count), count);
    });
  }
}

}  // namespace borealis::BOREALIS_ISA
