// BorealisSumOfSquares: for the norm of a gradient.
#pragma once

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisSumOfSquares")
    .Input("x: T")
    .Output("sum: float")
    .Attr("T: {float, bfloat16}")
    .SetShapeFn([](InferenceContext* context) {
      context->set_output(0, context->Scalar());
      return absl::OkStatus();
    })
    .Doc("Σ x², summed in double.");

template <typename T>
class SumOfSquares : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({}), &output));
    double parts[kParts] = {};
    const auto* from = Data<T>(x);
    InParts(context, x.NumElements(), kParts, 1, [&](int64_t part, int64_t first, int64_t last) {
      parts[part] = KernelsFor<T>().sumOfSquares(from + first, last - first);
    });
    double sum = 0;
    for (const double part : parts) sum += part;
    output->scalar<float>()() = static_cast<float>(sum);
  }

 private:
  static constexpr int64_t kParts = 32;
};

REGISTER_KERNEL_BUILDER(Name("BorealisSumOfSquares").Device(DEVICE_CPU).TypeConstraint<float>("T"), SumOfSquares<float>);
REGISTER_KERNEL_BUILDER(Name("BorealisSumOfSquares").Device(DEVICE_CPU).TypeConstraint<tensorflow::bfloat16>("T"),
                        SumOfSquares<tensorflow::bfloat16>);

}  // namespace borealis
