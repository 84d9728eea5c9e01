// BorealisCollectiveMark: stands before and after an operation between processes, so that the watch knows how long it waits.
#pragma once

#include "../collective_watch.h"
#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisCollectiveMark")
    .Input("x: T")
    .Output("y: T")
    .Attr("T: type")
    .Attr("watch: int")
    .Attr("phase: {'enter', 'leave'}")
    .SetIsStateful()
    .SetShapeFn(SameShapeAsFirstInput)
    .Doc("Its input; tells a watch that this task begins, or has ended, to wait for the others.");

class CollectiveMark : public OpKernel {
 public:
  explicit CollectiveMark(OpKernelConstruction* construction) : OpKernel(construction) {
    std::string phase;
    OP_REQUIRES_OK(construction, construction->GetAttr("phase", &phase));
    OP_REQUIRES_OK(construction, construction->GetAttr("watch", &watch_));
    enters_ = phase == "enter";
  }
  void Compute(OpKernelContext* context) override {
    CollectiveWatches::All().With(watch_, [this](CollectiveWatch& watch) { enters_ ? watch.Enter() : watch.Leave(); });
    context->set_output(0, context->input(0));
  }
  bool IsExpensive() override { return false; }

 private:
  int64_t watch_ = 0;
  bool enters_ = true;
};

REGISTER_KERNEL_BUILDER(Name("BorealisCollectiveMark").Device(DEVICE_CPU), CollectiveMark);
REGISTER_KERNEL_BUILDER(Name("BorealisCollectiveMark").Device(tensorflow::DEVICE_DEFAULT), CollectiveMark);

}  // namespace borealis
