// Which keys a query may look at.
#pragma once

#include "kernels.h"
#include "scratch.h"

namespace borealis::BOREALIS_ISA {

constexpr float kNothing = -std::numeric_limits<float>::infinity();

struct Visibility {
  const HeadLayout& layout;
  const AttentionOptions& options;

  /// Keys from this one on are hidden from `query` and all before it.
  int64_t End(int64_t query) const {
    const int64_t block = options.causalBlock;
    if (block == 0) return layout.keys;
    return Clamp((query / block + 1) * block + layout.keys - layout.queries, layout.keys);
  }
  /// Whether the mask, not the order of tokens, hides a key.
  bool Masked(int64_t query, int64_t key) const {
    return options.mask != nullptr && options.mask[query * layout.keys + key] == 0;
  }
  /// Scores [keys width] of queries from `query` on and keys from `key` on: forbidden ones become −∞.
  void Hide(float* scores, int64_t width, int64_t query, int64_t queries, int64_t key, int64_t keys) const {
    if (options.mask == nullptr && key + keys <= End(query)) return;
    for (int64_t i = 0; i < queries; ++i) {
      const int64_t seen = Clamp(End(query + i) - key, keys);
      for (int64_t j = seen; j < keys; ++j) scores[j * width + i] = kNothing;
      if (options.mask == nullptr) continue;
      for (int64_t j = 0; j < seen; ++j) {
        if (Masked(query + i, key + j)) scores[j * width + i] = kNothing;
      }
    }
  }
};

}  // namespace borealis::BOREALIS_ISA
