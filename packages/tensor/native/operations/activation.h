// BorealisActivation and its gradient.
#pragma once

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisActivation")
    .Input("x: T")
    .Output("y: T")
    .Attr("T: {float, bfloat16}")
    .Attr("kind: {'gelu', 'gelu_tanh', 'silu'}")
    .SetShapeFn(SameShapeAsFirstInput)
    .Doc("GELU, its tanh approximation, or SiLU.");

REGISTER_OP("BorealisActivationGradient")
    .Input("x: T")
    .Input("dy: T")
    .Output("dx: T")
    .Attr("T: {float, bfloat16}")
    .Attr("kind: {'gelu', 'gelu_tanh', 'silu'}")
    .SetShapeFn(SameShapeAsFirstInput)
    .Doc("The gradient of BorealisActivation.");

class ActivationOperation : public OpKernel {
 public:
  explicit ActivationOperation(OpKernelConstruction* construction) : OpKernel(construction) {
    std::string kind;
    OP_REQUIRES_OK(construction, construction->GetAttr("kind", &kind));
    kind_ = kind == "silu" ? ActivationKind::kSilu : kind == "gelu" ? ActivationKind::kGelu : ActivationKind::kGeluTanh;
  }

 protected:
  static constexpr int64_t kCost = 2;
  ActivationKind kind_;
};

template <typename T>
class Activation : public ActivationOperation {
 public:
  using ActivationOperation::ActivationOperation;
  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, x.shape(), &y));
    const auto* from = Data<T>(x);
    auto* to = Data<T>(y);
    InParallel(context, x.NumElements(), kCost, [&](int64_t first, int64_t last) {
      KernelsFor<T>().activate(kind_, from + first, to + first, last - first);
    });
  }
};

template <typename T>
class ActivationGradient : public ActivationOperation {
 public:
  using ActivationOperation::ActivationOperation;
  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const Tensor& dy = context->input(1);
    OP_REQUIRES(context, x.shape() == dy.shape(),
                absl::InvalidArgumentError("BorealisActivationGradient: x and dy differ in shape"));
    Tensor* dx = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({1, 0}, 0, x.shape(), &dx));
    const auto* from = Data<T>(x);
    const auto* slope = Data<T>(dy);
    auto* to = Data<T>(dx);
    InParallel(context, x.NumElements(), kCost, [&](int64_t first, int64_t last) {
      KernelsFor<T>().activateGradient(kind_, from + first, slope + first, to + first, last - first);
    });
  }
};

#define BOREALIS_REGISTER(T)                                                                               \
  REGISTER_KERNEL_BUILDER(Name("BorealisActivation").Device(DEVICE_CPU).TypeConstraint<T>("T"), Activation<T>); \
  REGISTER_KERNEL_BUILDER(Name("BorealisActivationGradient").Device(DEVICE_CPU).TypeConstraint<T>("T"), ActivationGradient<T>)
BOREALIS_REGISTER(float);
BOREALIS_REGISTER(tensorflow::bfloat16);
#undef BOREALIS_REGISTER

}  // namespace borealis
