// BorealisCrossEntropy, with the gradient in the logits' place, and BorealisScaleRows, which finishes it.
#pragma once

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisCrossEntropy")
    .Input("logits: T")
    .Input("targets: int32")
    .Output("losses: float")
    .Output("slopes: T")
    .Attr("T: {float, bfloat16}")
    .Attr("smoothing: float")
    .SetShapeFn([](InferenceContext* context) {
      context->set_output(0, context->Vector(context->Dim(context->input(0), 0)));
      context->set_output(1, context->input(0));
      return absl::OkStatus();
    })
    .Doc("−log softmax(logits)[target] of each row of [n c], and its gradient with respect to the logits.");

REGISTER_OP("BorealisScaleRows")
    .Input("x: T")
    .Input("factors: float")
    .Output("y: T")
    .Attr("T: {float, bfloat16}")
    .SetShapeFn(SameShapeAsFirstInput)
    .Doc("Rows of x [n c], each times its factor.");

template <typename T>
class CrossEntropy : public OpKernel {
 public:
  explicit CrossEntropy(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("smoothing", &smoothing_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor &logits = context->input(0), &targets = context->input(1);
    OP_REQUIRES(context, logits.dims() == 2 && targets.NumElements() == logits.dim_size(0),
                absl::InvalidArgumentError("BorealisCrossEntropy: logits must be [n c], targets [n]"));
    const int64_t rows = logits.dim_size(0), classes = logits.dim_size(1);
    const int32_t* chosen = targets.flat<int32_t>().data();
    for (int64_t i = 0; i < rows; ++i) {
      OP_REQUIRES(context, chosen[i] >= 0 && chosen[i] < classes,
                  absl::InvalidArgumentError("cross-entropy: target " + std::to_string(i) + " is " + std::to_string(chosen[i]) +
                                             ", expected one in [0, " + std::to_string(classes) + ")"));
    }
    Tensor *losses = nullptr, *slopes = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({rows}), &losses));
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 1, logits.shape(), &slopes));
    const CrossEntropyShape shape{classes, smoothing_};
    const auto* from = Data<T>(logits);
    auto* to = Data<T>(slopes);
    float* loss = losses->flat<float>().data();
    InParallel(context, rows, classes * 2, [&](int64_t first, int64_t last) {
      KernelsFor<T>().crossEntropy(shape, from, chosen, loss, to, first, last);
    });
  }

 private:
  float smoothing_;
};

template <typename T>
class ScaleRows : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Tensor &x = context->input(0), &factors = context->input(1);
    OP_REQUIRES(context, x.dims() == 2 && factors.NumElements() == x.dim_size(0),
                absl::InvalidArgumentError("BorealisScaleRows: x must be [n c], factors [n]"));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, x.shape(), &y));
    const int64_t channels = x.dim_size(1);
    const auto* from = Data<T>(x);
    const float* factor = factors.flat<float>().data();
    auto* to = Data<T>(y);
    InParallel(context, x.dim_size(0), channels / 2 + 1, [&](int64_t first, int64_t last) {
      KernelsFor<T>().scaleRows(from, factor, to, channels, first, last);
    });
  }
};

#define BOREALIS_REGISTER(T)                                                                                    \
  REGISTER_KERNEL_BUILDER(Name("BorealisCrossEntropy").Device(DEVICE_CPU).TypeConstraint<T>("T"), CrossEntropy<T>); \
  REGISTER_KERNEL_BUILDER(Name("BorealisScaleRows").Device(DEVICE_CPU).TypeConstraint<T>("T"), ScaleRows<T>)
BOREALIS_REGISTER(float);
BOREALIS_REGISTER(tensorflow::bfloat16);
#undef BOREALIS_REGISTER

}  // namespace borealis
