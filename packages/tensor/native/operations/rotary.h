// BorealisRotary.
#pragma once

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisRotary")
    .Input("x: T")
    .Input("cosines: float")
    .Input("sines: float")
    .Output("y: T")
    .Attr("T: {float, bfloat16}")
    .Attr("backwards: bool")
    .SetShapeFn(SameShapeAsFirstInput)
    .Doc("Pairs (2i, 2i + 1) of each head's channels of x [… n h·d], turned by their token's angle; cosines, sines [n d].");

template <typename T>
class Rotary : public OpKernel {
 public:
  explicit Rotary(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("backwards", &backwards_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor &x = context->input(0), &cosines = context->input(1), &sines = context->input(2);
    OP_REQUIRES(context, x.dims() >= 2 && cosines.dims() == 2 && cosines.shape() == sines.shape(),
                absl::InvalidArgumentError("BorealisRotary: x must be [… n c], the tables [n d]"));
    const int64_t tokens = cosines.dim_size(0), depth = cosines.dim_size(1), width = x.dim_size(x.dims() - 1);
    OP_REQUIRES(context, tokens == x.dim_size(x.dims() - 2) && depth % 2 == 0 && depth > 0 && width % depth == 0,
                absl::InvalidArgumentError("BorealisRotary: the tables don't fit x"));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, x.shape(), &y));
    const RotaryShape shape{tokens, width / depth, depth, backwards_};
    const auto* from = Data<T>(x);
    auto* to = Data<T>(y);
    const float *cosine = cosines.flat<float>().data(), *sine = sines.flat<float>().data();
    InParallel(context, width == 0 ? 0 : x.NumElements() / width, width, [&](int64_t first, int64_t last) {
      KernelsFor<T>().rotate(shape, from, cosine, sine, to, first, last);
    });
  }

 private:
  bool backwards_;
};

REGISTER_KERNEL_BUILDER(Name("BorealisRotary").Device(DEVICE_CPU).TypeConstraint<float>("T"), Rotary<float>);
REGISTER_KERNEL_BUILDER(Name("BorealisRotary").Device(DEVICE_CPU).TypeConstraint<tensorflow::bfloat16>("T"),
                        Rotary<tensorflow::bfloat16>);

}  // namespace borealis
