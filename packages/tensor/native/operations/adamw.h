// BorealisAdamW: one tensor's update.
#pragma once

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisAdamW")
    .Input("parameter: float")
    .Input("first: float")
    .Input("second: float")
    .Input("gradient: T")
    .Input("step_size: float")
    .Input("kept: float")
    .Input("root_correction2: float")
    .Input("gradient_scale: float")
    .Output("new_parameter: float")
    .Output("new_first: float")
    .Output("new_second: float")
    .Attr("T: {float, bfloat16} = DT_FLOAT")
    .Attr("beta1: float")
    .Attr("beta2: float")
    .Attr("eps: float")
    .Attr("in_place: bool")
    .SetIsStateful()
    .SetShapeFn([](InferenceContext* context) {
      for (int i = 0; i < 3; ++i) context->set_output(i, context->input(0));
      return absl::OkStatus();
    })
    .Doc("torch.optim.AdamW's update. In place, the results are the inputs' buffers, overwritten: whoever records it sees to it "
         "that all that reads them has run.");

template <typename T>
class AdamWUpdate : public OpKernel {
 public:
  explicit AdamWUpdate(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("beta1", &beta1_));
    OP_REQUIRES_OK(construction, construction->GetAttr("beta2", &beta2_));
    OP_REQUIRES_OK(construction, construction->GetAttr("eps", &eps_));
    OP_REQUIRES_OK(construction, construction->GetAttr("in_place", &inPlace_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& parameter = context->input(0);
    for (int i = 1; i < 4; ++i) {
      OP_REQUIRES(context, context->input(i).shape() == parameter.shape(),
                  absl::InvalidArgumentError("BorealisAdamW: parameter, moments and gradient differ in shape"));
    }
    const auto scalar = [&](int i) { return context->input(i).flat<float>()(0); };
    for (int i = 4; i < 8; ++i) {
      OP_REQUIRES(context, context->input(i).NumElements() == 1, absl::InvalidArgumentError("BorealisAdamW: scalars expected"));
    }
    const AdamWStep step{beta1_, beta2_, eps_, scalar(4), scalar(5), scalar(6), scalar(7)};
    float* outputs[3];
    for (int i = 0; i < 3; ++i) {
      if (inPlace_) {
        context->set_output(i, context->input(i));
        outputs[i] = const_cast<float*>(context->input(i).flat<float>().data());
      } else {
        Tensor* output = nullptr;
        OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({i}, i, parameter.shape(), &output));
        outputs[i] = output->flat<float>().data();
      }
    }
    const float *p = parameter.flat<float>().data(), *m = context->input(1).flat<float>().data(),
                *v = context->input(2).flat<float>().data();
    const auto* g = Data<T>(context->input(3));
    InParallel(context, parameter.NumElements(), 2, [&](int64_t first, int64_t last) {
      KernelsFor<T>().adamw(step, p + first, m + first, v + first, g + first, outputs[0] + first, outputs[1] + first,
                          outputs[2] + first, last - first);
    });
  }

 private:
  float beta1_, beta2_, eps_;
  bool inPlace_;
};

REGISTER_KERNEL_BUILDER(Name("BorealisAdamW").Device(DEVICE_CPU).TypeConstraint<float>("T"), AdamWUpdate<float>);
REGISTER_KERNEL_BUILDER(Name("BorealisAdamW").Device(DEVICE_CPU).TypeConstraint<tensorflow::bfloat16>("T"),
                        AdamWUpdate<tensorflow::bfloat16>);

}  // namespace borealis
