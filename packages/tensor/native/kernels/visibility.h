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
    return options.causal ? Clamp(query + layout.keys - layout.queries + 1, layout.keys) : layout.keys;
  }
  bool Allows(int64_t query, int64_t key) const {
    return key < End(query) && (options.mask == nullptr || options.mask[query * layout.keys + key] != 0);
  }
  /// Scores [keys width] of queries from `query` on and keys from `key` on: forbidden ones become −∞.
  void Hide(float* scores, int64_t width, int64_t query, int64_t queries, int64_t key, int64_t keys) const {
    if (options.mask == nullptr && key + keys <= End(query)) return;
    for (int64_t j = 0; j < keys; ++j) {
      for (int64_t i = 0; i < queries; ++i) {
        if (!Allows(query + i, key + j)) scores[j * width + i] = kNothing;
      }
    }
  }
};

}  // namespace borealis::BOREALIS_ISA
