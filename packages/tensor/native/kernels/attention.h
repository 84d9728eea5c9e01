// Scaled dot-product attention in blocks (Dao et al. 2022, FlashAttention), so that memory grows with the sequence's
// length, not with its square. Scores are made transposed, [keys queries]: a register holds one key's scores of
// neighbouring queries, and the softmax needs no sums across registers.
#pragma once

#include <cstdlib>

#include "kernels.h"
#include "small_product.h"
#include "vectors.h"

namespace borealis::BOREALIS_ISA {

constexpr int64_t kQueryBlock = 192, kKeyBlock = 256;
constexpr float kNothing = -std::numeric_limits<float>::infinity();

inline int64_t WholeRegisters(int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

inline int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t Clamp(int64_t value, int64_t most) { return value < 0 ? 0 : Smaller(value, most); }

inline void Fill(float* to, int64_t count, float value) {
  for (int64_t i = 0; i < count; ++i) to[i] = value;
}

/// Room for floats, aligned to cache lines.
class Scratch {
 public:
  explicit Scratch(int64_t count)
      : data_(static_cast<float*>(std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64))) {
    if (data_ == nullptr) std::abort();
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::free(data_); }
  float* data() const { return data_; }

 private:
  float* data_;
};

/// Rows [first, first + count) as floats, `width` apart, zeros behind their ends.
template <typename T>
inline void PackRows(const T* from, int64_t stride, int64_t first, int64_t count, int64_t depth, int64_t width, float* to) {
  for (int64_t row = 0; row < count; ++row) {
    const T* source = from + (first + row) * stride;
    int64_t i = 0;
    for (; i + kLanes <= depth; i += kLanes) Store(to + row * width + i, Load(source + i));
    if (i < width) Store(to + row * width + i, LoadSome(source + i, depth - i));
  }
}

/// The same, transposed: to[i · width + row], rows up to `width` zero.
template <typename T>
inline void PackColumns(const T* from, int64_t stride, int64_t first, int64_t count, int64_t depth, int64_t width, float* to) {
  for (int64_t start = 0; start < width; start += kLanes) {
    for (int64_t i = 0; i < depth; i += kLanes) {
      const int64_t rows = Clamp(count - start, kLanes), columns = Smaller(kLanes, depth - i);
      float square[kLanes][kLanes] = {};
      for (int64_t row = 0; row < rows; ++row) Store(square[row], LoadSome(from + (first + start + row) * stride + i, columns));
      for (int64_t column = 0; column < columns; ++column) {
        Floats turned;
        for (int row = 0; row < kLanes; ++row) turned[row] = square[row][column];
        Store(to + (i + column) * width + start, turned);
      }
    }
  }
}

/// Which keys a block of queries may look at.
struct Visibility {
  const HeadLayout& layout;
  const AttentionOptions& options;

  /// Keys behind this one are hidden from query `query` and all before it.
  int64_t End(int64_t query) const {
    if (!options.causal) return layout.keys;
    return Clamp(query + layout.keys - layout.queries + 1, layout.keys);
  }
  bool Partial(int64_t query, int64_t lastKey) const { return options.mask != nullptr || lastKey >= End(query); }
  bool Allows(int64_t query, int64_t key) const {
    return key < End(query) && (options.mask == nullptr || options.mask[query * layout.keys + key] != 0);
  }
};

/// Scores [keys width] of queries from `query` on and keys from `key` on: scaled, forbidden ones −∞.
inline void MaskScores(const Visibility& visibility, float* scores, int64_t width, int64_t query, int64_t queries,
                       int64_t key, int64_t keys) {
  if (!visibility.Partial(query, key + keys - 1)) return;
  for (int64_t j = 0; j < keys; ++j) {
    for (int64_t i = 0; i < queries; ++i) {
      if (!visibility.Allows(query + i, key + j)) scores[j * width + i] = kNothing;
    }
  }
}

template <typename T>
void Attention(const HeadLayout& layout, const AttentionOptions& options, const T* q, const T* k, const T* v, T* output,
               float* logSums, int64_t logSumStride, int64_t first, int64_t last) {
  const int64_t depth = layout.depth, padded = WholeRegisters(depth);
  const int64_t widest = WholeRegisters(Smaller(kQueryBlock, last - first)), most = Smaller(kKeyBlock, layout.keys);
  const Visibility visibility{layout, options};
  Scratch queries(depth * widest), keys(most * padded), values(most * padded), scores(most * widest),
      context(widest * padded), largest(widest), sums(widest), shrink(widest);

  for (int64_t query = first; query < last; query += kQueryBlock) {
    const int64_t rows = Smaller(kQueryBlock, last - query), width = WholeRegisters(rows);
    PackColumns(q, layout.queryStride, query, rows, depth, width, queries.data());
    for (int64_t i = 0; i < depth * width; i += kLanes) Store(queries.data() + i, Load(queries.data() + i) * options.scale);
    Fill(context.data(), rows * padded, 0.f);
    Fill(largest.data(), width, kNothing);
    Fill(sums.data(), width, 0.f);

    const int64_t end = visibility.End(query + rows - 1);
    for (int64_t key = 0; key < end; key += kKeyBlock) {
      const int64_t count = Smaller(kKeyBlock, end - key);
      PackRows(k, layout.keyStride, key, count, depth, padded, keys.data());
      PackRows(v, layout.valueStride, key, count, depth, padded, values.data());
      Multiply({count, width, depth, keys.data(), padded, 1, queries.data(), width, scores.data(), width, false});
      MaskScores(visibility, scores.data(), width, query, rows, key, count);

      for (int64_t i = 0; i < width; i += kLanes) {
        float* column = scores.data() + i;
        const Floats before = Load(largest.data() + i);
        Floats now = before;
        for (int64_t j = 0; j < count; ++j) now = Max(now, Load(column + j * width));
        // Where nothing is allowed yet, any finite number will do: every score becomes e^−∞ = 0.
        const Floats level = now == kNothing ? Floats{} : now;
        Floats sum = {};
        for (int64_t j = 0; j < count; ++j) {
          const Floats weight = Exp(Load(column + j * width) - level);
          sum += weight;
          Store(column + j * width, weight);
        }
        const Floats factor = Exp(before - level);
        Store(shrink.data() + i, factor);
        Store(sums.data() + i, Load(sums.data() + i) * factor + sum);
        Store(largest.data() + i, now);
      }
      if (key > 0) {
        for (int64_t i = 0; i < rows; ++i) {
          float* row = context.data() + i * padded;
          for (int64_t c = 0; c < padded; c += kLanes) Store(row + c, Load(row + c) * shrink.data()[i]);
        }
      }
      Multiply({rows, padded, count, scores.data(), 1, width, values.data(), padded, context.data(), padded, true});
    }

    for (int64_t i = 0; i < rows; ++i) {
      const float sum = sums.data()[i];
      const float share = sum > 0 ? 1 / sum : 0;  // a query that may look nowhere sees zeros
      const float* row = context.data() + i * padded;
      T* to = output + (query + i) * layout.outputStride;
      for (int64_t c = 0; c < depth; c += kLanes) {
        const Floats value = Load(row + c) * share;
        if (c + kLanes <= depth) {
          Store(to + c, value);
        } else {
          StoreSome(to + c, value, depth - c);
        }
      }
      const float level = largest.data()[i];
      logSums[(query + i) * logSumStride] = sum > 0 ? level + std::log(sum) : 0.f;
    }
  }
}

}  // namespace borealis::BOREALIS_ISA
