// The arithmetic of our own operations, compiled once for each instruction set; the best that the processor has is
// chosen when the program runs. Nothing here knows TensorFlow: pointers and sizes in, numbers out, on one thread.
#pragma once

#include <cstdint>

#include "bfloat16.h"

namespace borealis {

enum class ActivationKind { kGelu, kGeluTanh, kSilu };

/// Rows of `channels` numbers. `gain` and `bias` hold a row for every `rowsPerGroup` rows, or are null.
struct NormShape {
  int64_t channels;
  int64_t rowsPerGroup;
  float eps;
  bool centered;  // layer norm subtracts the mean, RMS norm doesn't
};

/// How queries, keys, values lie in memory: one sequence of one head. Distances are in elements.
struct HeadLayout {
  int64_t queries, keys, depth;
  int64_t queryStride, keyStride, valueStride, outputStride;
};

struct AttentionOptions {
  float scale;
  int64_t causalBlock;  // 0: all keys are seen. b: query i sees those up to the end of its block of b tokens; queries are the last
  const uint8_t* mask;  // [queries keys], or null; 0 forbids
};

struct CrossEntropyShape {
  int64_t classes;
  float smoothing;  // share of the target's probability that is spread over all classes
};

/// Rows of `heads` · `depth` numbers; row r is token r mod `tokens`.
struct RotaryShape {
  int64_t tokens, heads, depth;
  bool backwards;
};

struct GateShape {
  int64_t channels;
  int64_t rowsPerGroup;
};

/// Rows of `channels` numbers; a factor [rank channels], or [channels rank] where it is turned.
struct LowRankShape {
  int64_t channels, rank;
  bool turned;
  float scale;
};

/// For activations stored as X and results as Y.
template <typename X, typename Y>
struct NormKernels {
  /// Rows [first, last). Keeps mean and 1 / deviation of each row where `means` isn't null.
  void (*forward)(const NormShape&, const X* x, const float* gain, const float* bias, Y* y, float* means,
                  float* inverses, int64_t first, int64_t last);
  /// dx of rows [first, last), which lie in one group; adds to `dgain` and `dbias` [channels].
  void (*backward)(const NormShape&, const Y* dy, const X* x, const float* gain, const float* means,
                   const float* inverses, X* dx, float* dgain, float* dbias, int64_t first, int64_t last);
};

/// torch.optim.AdamW's update of `count` numbers.
struct AdamWStep {
  float beta1, beta2, eps;
  float stepSize;         // rate / (1 − β₁ᵗ)
  float kept;             // 1 − rate · decay
  float rootCorrection2;  // √(1 − β₂ᵗ)
  float gradientScale;    // from clipping
};

template <typename T>
struct TypedKernels {
  void (*activate)(ActivationKind, const T* x, T* y, int64_t count);
  void (*activateGradient)(ActivationKind, const T* x, const T* dy, T* dx, int64_t count);
  /// Queries [first, last) of a head. `logSums`: log Σ e^score for each query, `logSumStride` apart.
  void (*attention)(const HeadLayout&, const AttentionOptions&, const T* q, const T* k, const T* v, T* output,
                    float* logSums, int64_t logSumStride, int64_t first, int64_t last);
  /// A whole head. dq, dk, dv lie like q, k, v; `dOutput` like `output`.
  void (*attentionGradient)(const HeadLayout&, const AttentionOptions&, const T* q, const T* k, const T* v,
                            const T* output, const float* logSums, int64_t logSumStride, const T* dOutput, T* dq,
                            T* dk, T* dv);
  /// sums[c] += Σ over rows [first, last) of x[row, c].
  void (*columnSums)(const T* x, int64_t channels, float* sums, int64_t first, int64_t last);
  /// Of rows [first, last); `slopes`, the gradient, may be `logits`.
  void (*crossEntropy)(const CrossEntropyShape&, const T* logits, const int32_t* targets, float* losses, T* slopes,
                       int64_t first, int64_t last);
  /// y = x · factors[row] for rows [first, last).
  void (*scaleRows)(const T* x, const float* factors, T* y, int64_t channels, int64_t first, int64_t last);
  /// Rows [first, last), turned; cosines and sines [tokens depth].
  void (*rotate)(const RotaryShape&, const T* x, const float* cosines, const float* sines, T* y, int64_t first, int64_t last);
  /// sum = x + gate · y for rows [first, last).
  void (*gatedAdd)(const GateShape&, const float* x, const float* gate, const T* y, float* sum, int64_t first, int64_t last);
  /// dy of rows [first, last), which lie in one group; adds to `dgate` [channels].
  void (*gatedAddGradient)(const GateShape&, const float* dsum, const float* gate, const T* y, T* dy, float* dgate,
                           int64_t first, int64_t last);
  /// sum = Σ parts + bias for rows [first, last); `sum` may be one of the parts.
  void (*biasedSum)(const T* const* parts, int64_t count, const T* bias, T* sum, int64_t channels, int64_t first,
                    int64_t last);
  /// sum = x + bias + scale · narrow · factor for rows [first, last) of narrow [n rank]; `bias` may be null, `sum` x.
  void (*lowRankAdd)(const LowRankShape&, const T* x, const T* bias, const T* narrow, const T* factor, T* sum,
                     int64_t first, int64_t last);
  void (*adamw)(const AdamWStep&, const float* parameter, const float* first, const float* second, const T* gradient,
                float* newParameter, float* newFirst, float* newSecond, int64_t count);
  /// Σ x² of `count` numbers.
  double (*sumOfSquares)(const T* x, int64_t count);
  /// Places of the numbers that aren't below `least`, in order; NaN isn't. `places` has room for one more than `count`.
  int64_t (*atLeast)(const T* x, int64_t count, float least, int32_t* places);
  /// log Σ e^x of `count` numbers.
  float (*logSum)(const T* x, int64_t count);
};

struct Kernels {
  const char* instructions;
  NormKernels<float, float> normF32;
  NormKernels<float, Bfloat16> normF32ToBf16;
  NormKernels<Bfloat16, Bfloat16> normBf16;
  TypedKernels<float> f32;
  TypedKernels<Bfloat16> bf16;
};

/// The fastest ones that this processor can run.
const Kernels& BestKernels();

}  // namespace borealis
