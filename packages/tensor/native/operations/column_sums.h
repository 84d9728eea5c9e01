// BorealisColumnSums: the gradient of a bias.
#pragma once

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisColumnSums")
    .Input("x: T")
    .Output("sums: float")
    .Attr("T: {float, bfloat16}")
    .SetShapeFn([](InferenceContext* context) {
      context->set_output(0, context->Vector(context->Dim(context->input(0), 1)));
      return absl::OkStatus();
    })
    .Doc("Σ over the rows of x [n c], in float.");

template <typename T>
class ColumnSums : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    OP_REQUIRES(context, x.dims() == 2, absl::InvalidArgumentError("BorealisColumnSums: x must be a matrix"));
    const int64_t rows = x.dim_size(0), channels = x.dim_size(1);
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({channels}), &output));
    std::vector<float> parts(kParts * channels, 0.f);
    const auto* from = Data<T>(x);
    InParts(context, rows, kParts, channels / 4 + 1, [&](int64_t part, int64_t first, int64_t last) {
      KernelsFor<T>().columnSums(from, channels, parts.data() + part * channels, first, last);
    });
    float* sums = output->flat<float>().data();
    std::fill_n(sums, channels, 0.f);
    for (int64_t part = 0; part < kParts; ++part) {
      for (int64_t c = 0; c < channels; ++c) sums[c] += parts[part * channels + c];
    }
  }

 private:
  static constexpr int64_t kParts = 32;
};

REGISTER_KERNEL_BUILDER(Name("BorealisColumnSums").Device(DEVICE_CPU).TypeConstraint<float>("T"), ColumnSums<float>);
REGISTER_KERNEL_BUILDER(Name("BorealisColumnSums").Device(DEVICE_CPU).TypeConstraint<tensorflow::bfloat16>("T"),
                        ColumnSums<tensorflow::bfloat16>);

}  // namespace borealis
