// Scaled dot-product attention in blocks (Dao et al. 2022, FlashAttention), so that memory grows with the sequence's
// length, not with its square. Scores are made transposed, [keys queries]: a register holds one key's scores of
// neighbouring queries, and the softmax needs no sums across registers.
#pragma once

#include "kernels.h"
#include "matrix_registers.h"
#include "packing.h"
#include "small_product.h"
#include "visibility.h"

namespace borealis::BOREALIS_ISA {

constexpr int64_t kQueryBlock = 192, kKeyBlock = 256;

/// What has been seen of a block of queries so far: the largest score, Σ e^(score − largest), and what to multiply
/// earlier sums with.
struct RunningSoftmax {
  float *largest, *sums, *shrink;

  /// Scores [count width] become weights e^(score · scale − largest), joined to units along the keys.
  template <typename Arithmetic>
  void Add(const float* scores, int64_t count, int64_t width, float scale, typename Arithmetic::Unit* weights) const {
    constexpr int64_t kStep = Arithmetic::kPerUnit;
    for (int64_t i = 0; i < width; i += kLanes) {
      const Floats before = Load(largest + i);
      Floats now = before;
      for (int64_t j = 0; j < count; ++j) now = Max(now, Load(scores + j * width + i) * scale);
      // Where nothing is allowed yet, any finite number will do: every score becomes e^−∞ = 0.
      const Floats level = now == kNothing ? Floats{} : now;
      Floats sum = {};
      for (int64_t j = 0; j < count; j += kStep) {
        Floats pair[kStep];
        for (int64_t s = 0; s < kStep; ++s) {
          pair[s] = j + s < count ? Exp(Load(scores + (j + s) * width + i) * scale - level) : Floats{};
          sum += pair[s];
        }
        Arithmetic::StoreUnits(weights + j / kStep * width + i, Arithmetic::Join(pair));
      }
      const Floats factor = Exp(before - level);
      Store(shrink + i, factor);
      Store(sums + i, Load(sums + i) * factor + sum);
      Store(largest + i, now);
    }
  }
};

template <typename Arithmetic, typename T>
void BlockAttention(const HeadLayout& layout, const AttentionOptions& options, const T* q, const T* k, const T* v, T* output,
                    float* logSums, int64_t logSumStride, int64_t first, int64_t last) {
  using Unit = typename Arithmetic::Unit;
  constexpr int64_t kStep = Arithmetic::kPerUnit;
  const int64_t depth = layout.depth, padded = WholeRegisters(depth), units = depth / kStep;
  const int64_t widest = WholeRegisters(Smaller(kQueryBlock, last - first)), most = Smaller(kKeyBlock, layout.keys);
  const Visibility visibility{layout, options};
  Scratch<Unit> queries(units * widest), keys(most * padded), values(most * padded), weights(most * widest);
  Scratch<float> scores(most * widest), context(widest * padded), largest(widest), sums(widest), shrink(widest);
  const RunningSoftmax softmax{largest.data(), sums.data(), shrink.data()};

  for (int64_t query = first; query < last; query += kQueryBlock) {
    const int64_t rows = Smaller(kQueryBlock, last - query), width = WholeRegisters(rows);
    PackRightColumns(Rows<T>{q, layout.queryStride, query, rows, depth}, width, queries.data());
    Fill(context.data(), rows * padded, 0.f);
    Fill(softmax.largest, width, kNothing);
    Fill(softmax.sums, width, 0.f);

    const int64_t end = visibility.End(query + rows - 1);
    for (int64_t key = 0; key < end; key += kKeyBlock) {
      const int64_t count = Smaller(kKeyBlock, end - key);
      PackLeft(Rows<T>{k, layout.keyStride, key, count, depth}, padded, keys.data());
      PackRightRows(Rows<T>{v, layout.valueStride, key, count, depth}, padded, values.data());
      Multiply<Arithmetic>(
          {count, width, units, keys.data(), padded, 1, queries.data(), width, scores.data(), width, false});
      visibility.Hide(scores.data(), width, query, rows, key, count);
      softmax.Add<Arithmetic>(scores.data(), count, width, options.scale, weights.data());
      if (key > 0) {
        for (int64_t i = 0; i < rows; ++i) {
          float* row = context.data() + i * padded;
          for (int64_t c = 0; c < padded; c += kLanes) Store(row + c, Load(row + c) * softmax.shrink[i]);
        }
      }
      Multiply<Arithmetic>({rows, padded, Ceiling(count, kStep), weights.data(), 1, width, values.data(), padded,
                            context.data(), padded, true});
    }

    for (int64_t i = 0; i < rows; ++i) {
      const float sum = softmax.sums[i];
      const float share = sum > 0 ? 1 / sum : sum == 0 ? 0 : sum;  // who may look nowhere sees zeros; NaN stays NaN
      UnpackRows(context.data() + i * padded, padded, 1, depth, output + (query + i) * layout.outputStride, 0, share);
      logSums[(query + i) * logSumStride] = sum == 0 ? 0.f : softmax.largest[i] + std::log(sum);
    }
  }
}

/// Pairs where the processor multiplies them, and the depth is of pairs.
template <typename T>
void Attention(const HeadLayout& layout, const AttentionOptions& options, const T* q, const T* k, const T* v, T* output,
               float* logSums, int64_t logSumStride, int64_t first, int64_t last) {
#if defined(__AVX512BF16__)
  if constexpr (sizeof(T) == sizeof(Bfloat16)) {
    if (layout.depth % 2 == 0) {
      return BlockAttention<Narrow>(layout, options, q, k, v, output, logSums, logSumStride, first, last);
    }
  }
#endif
  BlockAttention<Wide>(layout, options, q, k, v, output, logSums, logSumStride, first, last);
}

}  // namespace borealis::BOREALIS_ISA
