// BorealisBiasedSum.
#pragma once

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisBiasedSum")
    .Input("parts: N * T")
    .Input("bias: T")
    .Output("sum: T")
    .Attr("N: int >= 1")
    .Attr("T: {float, bfloat16}")
    .SetShapeFn(SameShapeAsFirstInput)
    .Doc("The sum of the parts, each [n c], and the bias [c].");

template <typename T>
class BiasedSum : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const int count = context->num_inputs() - 1;
    const Tensor &first = context->input(0), &bias = context->input(count);
    OP_REQUIRES(context, first.dims() == 2 && bias.NumElements() == first.dim_size(1),
                absl::InvalidArgumentError("BorealisBiasedSum: parts must be [n c], bias [c]"));
    std::vector<const typename StorageOf<T>::Type*> parts;
    for (int i = 0; i < count; ++i) {
      OP_REQUIRES(context, context->input(i).shape() == first.shape(),
                  absl::InvalidArgumentError("BorealisBiasedSum: parts must be of one shape"));
      parts.push_back(Data<T>(context->input(i)));
    }
    const int64_t rows = first.dim_size(0), channels = first.dim_size(1);
    Tensor* sum = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, first.shape(), &sum));
    const auto* shift = Data<T>(bias);
    auto* to = Data<T>(sum);
    InParallel(context, rows, channels / 4 + 1, [&](int64_t begin, int64_t end) {
      KernelsFor<T>().biasedSum(parts.data(), count, shift, to, channels, begin, end);
    });
  }
};

#define BOREALIS_REGISTER(T) \
  REGISTER_KERNEL_BUILDER(Name("BorealisBiasedSum").Device(DEVICE_CPU).TypeConstraint<T>("T"), BiasedSum<T>)
BOREALIS_REGISTER(float);
BOREALIS_REGISTER(tensorflow::bfloat16);
#undef BOREALIS_REGISTER

}  // namespace borealis
