// The gradient of attention: probabilities are made again from queries, keys and the kept log-sums, block by block
// (Dao et al. 2022, FlashAttention, algorithm 4).
#pragma once

#include "attention.h"

namespace borealis::BOREALIS_ISA {

template <typename T>
inline void UnpackRows(const float* from, int64_t width, int64_t count, int64_t depth, T* to, int64_t stride, float scale) {
  for (int64_t row = 0; row < count; ++row) {
    for (int64_t c = 0; c < depth; c += kLanes) {
      const Floats value = Load(from + row * width + c) * scale;
      if (c + kLanes <= depth) {
        Store(to + row * stride + c, value);
      } else {
        StoreSome(to + row * stride + c, value, depth - c);
      }
    }
  }
}

/// Σ over depth of dOutput · output for each query: what every score's gradient is measured from.
template <typename T>
inline void AlongOutput(const HeadLayout& layout, const T* output, const T* dOutput, float* along) {
  for (int64_t i = 0; i < layout.queries; ++i) {
    const T* value = output + i * layout.outputStride;
    const T* slope = dOutput + i * layout.outputStride;
    Floats sum = {};
    for (int64_t c = 0; c < layout.depth; c += kLanes) {
      const int64_t count = Smaller(kLanes, layout.depth - c);
      sum += LoadSome(value + c, count) * LoadSome(slope + c, count);
    }
    along[i] = Sum(sum);
  }
}

template <typename T>
void AttentionGradient(const HeadLayout& layout, const AttentionOptions& options, const T* q, const T* k, const T* v,
                       const T* output, const float* logSums, int64_t logSumStride, const T* dOutput, T* dq, T* dk, T* dv) {
  const int64_t depth = layout.depth, padded = WholeRegisters(depth), total = layout.queries;
  const int64_t blocks = (total + kQueryBlock - 1) / kQueryBlock;
  const int64_t widest = WholeRegisters(Smaller(kQueryBlock, total)), most = Smaller(kKeyBlock, layout.keys);
  const Visibility visibility{layout, options};
  Scratch rowsOfQ(total * padded), rowsOfSlope(total * padded), gradientOfQ(total * padded);
  Scratch columnsOfQ(blocks * depth * widest), columnsOfSlope(blocks * depth * widest);
  Scratch logs(blocks * widest), along(blocks * widest);
  Scratch keys(most * padded), values(most * padded), gradientOfK(most * padded), gradientOfV(most * padded);
  Scratch probabilities(most * widest), slopes(most * widest);

  PackRows(q, layout.queryStride, 0, total, depth, padded, rowsOfQ.data());
  PackRows(dOutput, layout.outputStride, 0, total, depth, padded, rowsOfSlope.data());
  AlongOutput(layout, output, dOutput, along.data());
  for (int64_t i = 0; i < total; ++i) logs.data()[i] = logSums[i * logSumStride];
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t query = block * kQueryBlock, rows = Smaller(kQueryBlock, total - query);
    const int64_t width = WholeRegisters(rows), at = block * depth * widest;
    PackColumns(q, layout.queryStride, query, rows, depth, width, columnsOfQ.data() + at);
    PackColumns(dOutput, layout.outputStride, query, rows, depth, width, columnsOfSlope.data() + at);
  }
  Fill(gradientOfQ.data(), total * padded, 0.f);

  for (int64_t key = 0; key < layout.keys; key += kKeyBlock) {
    const int64_t count = Smaller(kKeyBlock, layout.keys - key);
    PackRows(k, layout.keyStride, key, count, depth, padded, keys.data());
    PackRows(v, layout.valueStride, key, count, depth, padded, values.data());
    Fill(gradientOfK.data(), count * padded, 0.f);
    Fill(gradientOfV.data(), count * padded, 0.f);

    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t query = block * kQueryBlock, rows = Smaller(kQueryBlock, total - query);
      if (visibility.End(query + rows - 1) <= key) continue;
      const int64_t width = WholeRegisters(rows), at = block * depth * widest;
      float* p = probabilities.data();
      float* ds = slopes.data();
      Multiply({count, width, depth, keys.data(), padded, 1, columnsOfQ.data() + at, width, p, width, false});
      MaskScores(visibility, p, width, query, rows, key, count);
      Multiply({count, width, depth, values.data(), padded, 1, columnsOfSlope.data() + at, width, ds, width, false});
      for (int64_t i = 0; i < width; i += kLanes) {
        const Floats log = LoadSome(logs.data() + query + i, Smaller(kLanes, rows - i));
        const Floats level = LoadSome(along.data() + query + i, Smaller(kLanes, rows - i));
        for (int64_t j = 0; j < count; ++j) {
          const Floats probability = Exp(Load(p + j * width + i) * options.scale - log);
          Store(p + j * width + i, probability);
          Store(ds + j * width + i, probability * (Load(ds + j * width + i) - level));
        }
      }
      const float* rightOfV = rowsOfSlope.data() + query * padded;
      const float* rightOfK = rowsOfQ.data() + query * padded;
      Multiply({count, padded, rows, p, width, 1, rightOfV, padded, gradientOfV.data(), padded, true});
      Multiply({count, padded, rows, ds, width, 1, rightOfK, padded, gradientOfK.data(), padded, true});
      Multiply({rows, padded, count, ds, 1, width, keys.data(), padded, gradientOfQ.data() + query * padded, padded, true});
    }
    UnpackRows(gradientOfK.data(), padded, count, depth, dk + key * layout.keyStride, layout.keyStride, options.scale);
    UnpackRows(gradientOfV.data(), padded, count, depth, dv + key * layout.valueStride, layout.valueStride, 1.f);
  }
  UnpackRows(gradientOfQ.data(), padded, total, depth, dq, layout.queryStride, options.scale);
}

}  // namespace borealis::BOREALIS_ISA
