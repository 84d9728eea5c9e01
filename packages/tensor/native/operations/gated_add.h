// BorealisGatedAdd and its gradient.
#pragma once

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisGatedAdd")
    .Input("x: float")
    .Input("gate: float")
    .Input("y: T")
    .Output("sum: float")
    .Attr("T: {float, bfloat16}")
    .SetShapeFn(SameShapeAsFirstInput)
    .Doc("x + gate · y; x and y [n c], gate [g c], g a divisor of n, or [0 c]: x + y.");

REGISTER_OP("BorealisGatedAddGradient")
    .Input("dsum: float")
    .Input("gate: float")
    .Input("y: T")
    .Output("dgate: float")
    .Output("dy: T")
    .Attr("T: {float, bfloat16}")
    .SetShapeFn([](InferenceContext* context) {
      context->set_output(0, context->input(1));
      context->set_output(1, context->input(2));
      return absl::OkStatus();
    })
    .Doc("The gradient of BorealisGatedAdd with respect to gate and y.");

inline absl::Status ReadGate(const Tensor& x, const Tensor& gate, const Tensor& y, GateShape* shape) {
  const bool matrices = x.dims() == 2 && gate.dims() == 2 && x.shape() == y.shape();
  if (!matrices || gate.dim_size(1) != x.dim_size(1) || gate.dim_size(0) == 0 || x.dim_size(0) % gate.dim_size(0) != 0) {
    return absl::InvalidArgumentError("BorealisGatedAdd: x and y must be [n c], gate [g c] with g a divisor of n");
  }
  *shape = {x.dim_size(1), std::max<int64_t>(x.dim_size(0) / gate.dim_size(0), 1)};
  return absl::OkStatus();
}

template <typename T>
class GatedAdd : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Tensor &x = context->input(0), &gate = context->input(1), &y = context->input(2);
    OP_REQUIRES(context, x.dims() == 2 && x.shape() == y.shape(),
                absl::InvalidArgumentError("BorealisGatedAdd: x and y must be [n c]"));
    const bool gated = gate.NumElements() > 0;
    GateShape shape{x.dim_size(1), std::max<int64_t>(x.dim_size(0), 1)};
    if (gated) OP_REQUIRES_OK(context, ReadGate(x, gate, y, &shape));
    Tensor* sum = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, x.shape(), &sum));
    const float *from = x.flat<float>().data(), *own = gated ? gate.flat<float>().data() : nullptr;
    const auto* other = Data<T>(y);
    float* to = sum->flat<float>().data();
    InParallel(context, x.dim_size(0), shape.channels / 2 + 1, [&](int64_t first, int64_t last) {
      KernelsFor<T>().gatedAdd(shape, from, own, other, to, first, last);
    });
  }
};

template <typename T>
class GatedAddGradient : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Tensor &dsum = context->input(0), &gate = context->input(1), &y = context->input(2);
    GateShape shape{};
    OP_REQUIRES_OK(context, ReadGate(dsum, gate, y, &shape));
    Tensor *dgate = nullptr, *dy = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, gate.shape(), &dgate));
    OP_REQUIRES_OK(context, context->allocate_output(1, y.shape(), &dy));
    const int64_t channels = shape.channels, groups = gate.dim_size(0);
    const int64_t parts = std::max<int64_t>(kParts / groups, 1);
    const int64_t size = std::max<int64_t>((shape.rowsPerGroup + parts - 1) / parts, 1);
    const float *slope = dsum.flat<float>().data(), *own = gate.flat<float>().data();
    const auto* other = Data<T>(y);
    auto* to = Data<T>(dy);
    std::vector<float> sums(groups * parts * channels, 0.f);
    InParallel(context, groups * parts, size * channels, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t start = i / parts * shape.rowsPerGroup;
        const int64_t first = std::min(i % parts * size, shape.rowsPerGroup), last = std::min(first + size, shape.rowsPerGroup);
        KernelsFor<T>().gatedAddGradient(shape, slope, own, other, to, sums.data() + i * channels, start + first, start + last);
      }
    });
    float* total = dgate->flat<float>().data();
    std::fill_n(total, groups * channels, 0.f);
    for (int64_t i = 0; i < groups * parts; ++i) {
      for (int64_t c = 0; c < channels; ++c) total[i / parts * channels + c] += sums[i * channels + c];
    }
  }

 private:
  static constexpr int64_t kParts = 32;
};

#define BOREALIS_REGISTER(T)                                                                            \
  REGISTER_KERNEL_BUILDER(Name("BorealisGatedAdd").Device(DEVICE_CPU).TypeConstraint<T>("T"), GatedAdd<T>); \
  REGISTER_KERNEL_BUILDER(Name("BorealisGatedAddGradient").Device(DEVICE_CPU).TypeConstraint<T>("T"), GatedAddGradient<T>)
BOREALIS_REGISTER(float);
BOREALIS_REGISTER(tensorflow::bfloat16);
#undef BOREALIS_REGISTER

}  // namespace borealis
