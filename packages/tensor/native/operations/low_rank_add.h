// BorealisLowRankAdd. Its gradient is made of products.
#pragma once

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisLowRankAdd")
    .Input("x: T")
    .Input("bias: T")
    .Input("narrow: T")
    .Input("factor: T")
    .Input("scale: float")
    .Output("sum: T")
    .Attr("T: {float, bfloat16}")
    .Attr("turned: bool")
    .SetShapeFn(SameShapeAsFirstInput)
    .Doc("x + bias + scale · narrow · factor; x [n c], bias [c] or of no elements: none, narrow [n r], factor [r c] or, turned, [c r], scale a scalar.");

template <typename T>
class LowRankAdd : public OpKernel {
 public:
  explicit LowRankAdd(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("turned", &turned_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor &x = context->input(0), &bias = context->input(1), &narrow = context->input(2), &factor = context->input(3),
                 &scale = context->input(4);
    OP_REQUIRES(context, x.dims() == 2 && narrow.dims() == 2 && factor.dims() == 2 && narrow.dim_size(0) == x.dim_size(0),
                absl::InvalidArgumentError("BorealisLowRankAdd: x must be [n c], narrow [n r], factor a matrix"));
    const int64_t channels = x.dim_size(1), rank = narrow.dim_size(1);
    OP_REQUIRES(context, factor.dim_size(turned_ ? 1 : 0) == rank && factor.dim_size(turned_ ? 0 : 1) == channels,
                absl::InvalidArgumentError("BorealisLowRankAdd: factor must be [r c] or, turned, [c r]"));
    OP_REQUIRES(context, (bias.NumElements() == 0 || bias.NumElements() == channels) && scale.NumElements() == 1,
                absl::InvalidArgumentError("BorealisLowRankAdd: bias must be [c] or empty, scale a scalar"));
    Tensor* sum = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, x.shape(), &sum));
    const LowRankShape shape{channels, rank, turned_, scale.flat<float>()(0)};
    const auto *from = Data<T>(x), *left = Data<T>(narrow), *right = Data<T>(factor);
    const auto* shift = bias.NumElements() == 0 ? nullptr : Data<T>(bias);
    auto* to = Data<T>(sum);
    InParallel(context, x.dim_size(0), channels * (rank / 16 + 1), [&](int64_t first, int64_t last) {
      KernelsFor<T>().lowRankAdd(shape, from, shift, left, right, to, first, last);
    });
  }

 private:
  bool turned_;
};

#define BOREALIS_REGISTER(T) \
  REGISTER_KERNEL_BUILDER(Name("BorealisLowRankAdd").Device(DEVICE_CPU).TypeConstraint<T>("T"), LowRankAdd<T>)
BOREALIS_REGISTER(float);
BOREALIS_REGISTER(tensorflow::bfloat16);
#undef BOREALIS_REGISTER

}  // namespace borealis
