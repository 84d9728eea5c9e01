// Attention between a handful of tokens, as over the grids of a window: blocks would be mostly padding.
#pragma once

#include "attention_gradient.h"
#include "norm.h"

namespace borealis::BOREALIS_ISA {

constexpr int64_t kShort = 16;

inline bool IsShort(const HeadLayout& layout) { return layout.queries <= kShort && layout.keys <= kShort; }

template <typename A, typename B>
inline float Dot(const A* a, const B* b, int64_t depth) {
  Floats sum = {};
  ForEachRegister(depth, [&](int64_t i, int64_t count) { sum += Take(a + i, count) * Take(b + i, count); });
  return Sum(sum);
}

/// to = Σ weights[j · step] · rows[j]
template <typename T>
inline void Mix(const float* weights, int64_t step, const T* rows, int64_t stride, int64_t count, int64_t depth, float scale, T* to) {
  ForEachRegister(depth, [&](int64_t i, int64_t lanes) {
    Floats sum = {};
    for (int64_t j = 0; j < count; ++j) sum += weights[j * step] * Take(rows + j * stride + i, lanes);
    Put(to + i, sum * scale, lanes);
  });
}

template <typename T>
void ShortAttention(const HeadLayout& layout, const AttentionOptions& options, const T* q, const T* k, const T* v, T* output,
                    float* logSums, int64_t logSumStride, int64_t first, int64_t last) {
  const Visibility visibility{layout, options};
  for (int64_t i = first; i < last; ++i) {
    float weights[kShort];
    float largest = kNothing, sum = 0;
    const int64_t end = visibility.End(i);
    for (int64_t j = 0; j < layout.keys; ++j) {
      weights[j] = j < end && !visibility.Masked(i, j)
                       ? Dot(q + i * layout.queryStride, k + j * layout.keyStride, layout.depth) * options.scale
                       : kNothing;
      largest = largest > weights[j] ? largest : weights[j];
    }
    for (int64_t j = 0; j < layout.keys; ++j) {
      weights[j] = largest == kNothing ? 0.f : std::exp(weights[j] - largest);
      sum += weights[j];
    }
    const float share = sum > 0 ? 1 / sum : 0;
    Mix(weights, 1, v, layout.valueStride, layout.keys, layout.depth, share, output + i * layout.outputStride);
    logSums[i * logSumStride] = sum > 0 ? largest + std::log(sum) : 0.f;
  }
}

template <typename T>
void ShortAttentionGradient(const HeadLayout& layout, const AttentionOptions& options, const T* q, const T* k, const T* v,
                            const T* output, const float* logSums, int64_t logSumStride, const T* dOutput, T* dq, T* dk, T* dv) {
  const Visibility visibility{layout, options};
  float probabilities[kShort * kShort], slopes[kShort * kShort];
  for (int64_t i = 0; i < layout.queries; ++i) {
    const T* slope = dOutput + i * layout.outputStride;
    const float along = Dot(output + i * layout.outputStride, slope, layout.depth);
    const int64_t end = visibility.End(i);
    for (int64_t j = 0; j < layout.keys; ++j) {
      float& p = probabilities[i * kShort + j];
      p = 0;
      if (j < end && !visibility.Masked(i, j)) {
        const float score = Dot(q + i * layout.queryStride, k + j * layout.keyStride, layout.depth) * options.scale;
        p = std::exp(score - logSums[i * logSumStride]);
      }
      slopes[i * kShort + j] = p * (Dot(slope, v + j * layout.valueStride, layout.depth) - along);
    }
  }
  for (int64_t i = 0; i < layout.queries; ++i) {
    Mix(slopes + i * kShort, 1, k, layout.keyStride, layout.keys, layout.depth, options.scale, dq + i * layout.queryStride);
  }
  for (int64_t j = 0; j < layout.keys; ++j) {
    Mix(slopes + j, kShort, q, layout.queryStride, layout.queries, layout.depth, options.scale, dk + j * layout.keyStride);
    Mix(probabilities + j, kShort, dOutput, layout.outputStride, layout.queries, layout.depth, 1.f, dv + j * layout.valueStride);
  }
}

template <typename T>
void AttentionOfAnyLength(const HeadLayout& layout, const AttentionOptions& options, const T* q, const T* k, const T* v, T* output,
                          float* logSums, int64_t logSumStride, int64_t first, int64_t last) {
  const auto attend = IsShort(layout) ? ShortAttention<T> : Attention<T>;
  attend(layout, options, q, k, v, output, logSums, logSumStride, first, last);
}

template <typename T>
void AttentionGradientOfAnyLength(const HeadLayout& layout, const AttentionOptions& options, const T* q, const T* k, const T* v,
                                  const T* output, const float* logSums, int64_t logSumStride, const T* dOutput, T* dq, T* dk, T* dv) {
  const auto attend = IsShort(layout) ? ShortAttentionGradient<T> : AttentionGradient<T>;
  attend(layout, options, q, k, v, output, logSums, logSumStride, dOutput, dq, dk, dv);
}

}  // namespace borealis::BOREALIS_ISA
