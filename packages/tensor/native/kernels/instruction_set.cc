// All kernels for one instruction set: compiled once for each, BOREALIS_ISA its name.
#include "activations.h"
#include "adamw.h"
#include "attention.h"
#include "attention_gradient.h"
#include "biased_sum.h"
#include "cross_entropy.h"
#include "gated_add.h"
#include "kernels.h"
#include "low_rank_add.h"
#include "norm.h"
#include "rotary.h"
#include "short_attention.h"
#include "sum_of_squares.h"
#include "top_k.h"

namespace borealis::BOREALIS_ISA {
namespace {

template <typename T>
void ActivateAs(ActivationKind kind, const T* x, T* y, int64_t count) {
  switch (kind) {
    case ActivationKind::kGelu: return Activate<Gelu>(x, y, count);
    case ActivationKind::kGeluTanh: return Activate<GeluTanh>(x, y, count);
    case ActivationKind::kSilu: return Activate<Silu>(x, y, count);
  }
}

template <typename T>
void ActivateGradientAs(ActivationKind kind, const T* x, const T* dy, T* dx, int64_t count) {
  switch (kind) {
    case ActivationKind::kGelu: return ActivateGradient<Gelu>(x, dy, dx, count);
    case ActivationKind::kGeluTanh: return ActivateGradient<GeluTanh>(x, dy, dx, count);
    case ActivationKind::kSilu: return ActivateGradient<Silu>(x, dy, dx, count);
  }
}

template <typename T>
constexpr TypedKernels<T> Typed() {
  return {ActivateAs<T>, ActivateGradientAs<T>, AttentionOfAnyLength<T>, AttentionGradientOfAnyLength<T>, ColumnSums<T>,
          CrossEntropy<T>, ScaleRows<T>, Rotate<T>, GatedAdd<T>, GatedAddGradient<T>, BiasedSum<T>, LowRankAdd<T>,
          AdamW<T>, SumOfSquares<T>, AtLeast<T>, LogSum<T>};
}

template <typename X, typename Y>
constexpr NormKernels<X, Y> Norm() {
  return {NormForward<X, Y>, NormBackward<X, Y>};
}

}  // namespace

#define BOREALIS_TEXT(name) #name
#define BOREALIS_NAME(name) BOREALIS_TEXT(name)

extern const Kernels kKernels;
const Kernels kKernels = {
    BOREALIS_NAME(BOREALIS_ISA), Norm<float, float>(), Norm<float, Bfloat16>(), Norm<Bfloat16, Bfloat16>(),
    Typed<float>(), Typed<Bfloat16>(),
};

}  // namespace borealis::BOREALIS_ISA
