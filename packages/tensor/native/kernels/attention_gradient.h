// The gradient of attention: probabilities are made again from queries, keys and the kept log-sums, block by block
// (Dao et al. 2022, FlashAttention, algorithm 4).
#pragma once

#include "attention.h"

namespace borealis::BOREALIS_ISA {

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

/// Left factors [key][query units], to sum over queries. With floats they serve to sum over keys, too.
inline void StoreAlongQueries(float* to, int64_t i, Floats value) { Store(to + i, value); }
#if defined(__AVX512BF16__)
inline void StoreAlongQueries(uint32_t* to, int64_t i, Floats value) { Store(reinterpret_cast<Bfloat16*>(to) + i, value); }
#endif

template <typename Arithmetic, typename T>
void BlockAttentionGradient(const HeadLayout& layout, const AttentionOptions& options, const T* q, const T* k, const T* v,
                            const T* output, const float* logSums, int64_t logSumStride, const T* dOutput, T* dq, T* dk,
                            T* dv) {
  using Unit = typename Arithmetic::Unit;
  constexpr int64_t kStep = Arithmetic::kPerUnit;
  const int64_t depth = layout.depth, padded = WholeRegisters(depth), units = depth / kStep, total = layout.queries;
  const int64_t blocks = Ceiling(total, kQueryBlock);
  const int64_t widest = WholeRegisters(Smaller(kQueryBlock, total)), most = Smaller(kKeyBlock, layout.keys);
  const int64_t rowsSize = Ceiling(widest, kStep) * padded, columnsSize = units * widest;
  const Visibility visibility{layout, options};
  Scratch<Unit> rowsOfQ(blocks * rowsSize), rowsOfSlope(blocks * rowsSize);
  Scratch<Unit> columnsOfQ(blocks * columnsSize), columnsOfSlope(blocks * columnsSize);
  Scratch<float> logs(blocks * widest), along(blocks * widest);
  Scratch<float> gradientOfQ(total * padded), gradientOfK(most * padded), gradientOfV(most * padded);
  Scratch<Unit> keys(most * padded), values(most * padded), keyRows(most * padded);
  Scratch<float> scores(most * widest), slopes(most * widest);
  Scratch<Unit> probabilities(most * widest), slopesOfKeys(most * widest), slopesOfQueries(most * widest);

  Fill(logs.data(), blocks * widest, 0.f);
  Fill(along.data(), blocks * widest, 0.f);
  AlongOutput(layout, output, dOutput, along.data());
  for (int64_t i = 0; i < total; ++i) logs.data()[i] = logSums[i * logSumStride];
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t query = block * kQueryBlock, rows = Smaller(kQueryBlock, total - query), width = WholeRegisters(rows);
    const Rows<T> ofQ{q, layout.queryStride, query, rows, depth}, ofSlope{dOutput, layout.outputStride, query, rows, depth};
    PackRightRows(ofQ, padded, rowsOfQ.data() + block * rowsSize);
    PackRightRows(ofSlope, padded, rowsOfSlope.data() + block * rowsSize);
    PackRightColumns(ofQ, width, columnsOfQ.data() + block * columnsSize);
    PackRightColumns(ofSlope, width, columnsOfSlope.data() + block * columnsSize);
  }
  Fill(gradientOfQ.data(), total * padded, 0.f);

  for (int64_t key = 0; key < layout.keys; key += kKeyBlock) {
    const int64_t count = Smaller(kKeyBlock, layout.keys - key);
    const Rows<T> ofK{k, layout.keyStride, key, count, depth};
    PackLeft(ofK, padded, keys.data());
    PackRightRows(ofK, padded, keyRows.data());
    PackLeft(Rows<T>{v, layout.valueStride, key, count, depth}, padded, values.data());
    Fill(gradientOfK.data(), count * padded, 0.f);
    Fill(gradientOfV.data(), count * padded, 0.f);

    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t query = block * kQueryBlock, rows = Smaller(kQueryBlock, total - query), width = WholeRegisters(rows);
      if (visibility.End(query + rows - 1) <= key) continue;
      Multiply<Arithmetic>({count, width, units, keys.data(), padded, 1, columnsOfQ.data() + block * columnsSize, width,
                            scores.data(), width, false});
      visibility.Hide(scores.data(), width, query, rows, key, count);
      Multiply<Arithmetic>({count, width, units, values.data(), padded, 1, columnsOfSlope.data() + block * columnsSize,
                            width, slopes.data(), width, false});
      for (int64_t i = 0; i < width; i += kLanes) {
        const Floats log = Load(logs.data() + query + i), level = Load(along.data() + query + i);
        for (int64_t j = 0; j < count; j += kStep) {
          Floats slope[kStep];
          for (int64_t s = 0; s < kStep; ++s) {
            slope[s] = Floats{};
            if (j + s >= count) break;
            const int64_t at = (j + s) * width + i;
            const Floats probability = Exp(Load(scores.data() + at) * options.scale - log);
            slope[s] = probability * (Load(slopes.data() + at) - level);
            const int64_t row = (j + s) * width / kStep;
            StoreAlongQueries(probabilities.data() + row, i, probability);
            StoreAlongQueries(slopesOfKeys.data() + row, i, slope[s]);
          }
          if constexpr (kStep > 1) {
            Arithmetic::StoreUnits(slopesOfQueries.data() + j / kStep * width + i, Arithmetic::Join(slope));
          }
        }
      }
      const int64_t steps = Ceiling(rows, kStep);
      const Unit* ofQueries = kStep > 1 ? slopesOfQueries.data() : slopesOfKeys.data();
      Multiply<Arithmetic>({count, padded, steps, probabilities.data(), width / kStep, 1,
                            rowsOfSlope.data() + block * rowsSize, padded, gradientOfV.data(), padded, true});
      Multiply<Arithmetic>({count, padded, steps, slopesOfKeys.data(), width / kStep, 1, rowsOfQ.data() + block * rowsSize,
                            padded, gradientOfK.data(), padded, true});
      Multiply<Arithmetic>({rows, padded, Ceiling(count, kStep), ofQueries, 1, width, keyRows.data(), padded,
                            gradientOfQ.data() + query * padded, padded, true});
    }
    UnpackRows(gradientOfK.data(), padded, count, depth, dk + key * layout.keyStride, layout.keyStride, options.scale);
    UnpackRows(gradientOfV.data(), padded, count, depth, dv + key * layout.valueStride, layout.valueStride, 1.f);
  }
  UnpackRows(gradientOfQ.data(), padded, total, depth, dq, layout.queryStride, options.scale);
}

template <typename T>
void AttentionGradient(const HeadLayout& layout, const AttentionOptions& options, const T* q, const T* k, const T* v,
                       const T* output, const float* logSums, int64_t logSumStride, const T* dOutput, T* dq, T* dk, T* dv) {
#if defined(__AVX512BF16__)
  if constexpr (sizeof(T) == sizeof(Bfloat16)) {
    if (layout.depth % 2 == 0) {
      return BlockAttentionGradient<Narrow>(layout, options, q, k, v, output, logSums, logSumStride, dOutput, dq, dk, dv);
    }
  }
#endif
  BlockAttentionGradient<Wide>(layout, options, q, k, v, output, logSums, logSumStride, dOutput, dq, dk, dv);
}

}  // namespace borealis::BOREALIS_ISA
