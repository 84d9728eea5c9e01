// BorealisAttention and its gradient: memory linear in the sequence's length, heads read where they lie.
#pragma once

#include "registration.h"

namespace borealis {

// Queries, keys and values [n l m h d]: attention runs along l, for each n, m and head. Packed, they are one tensor
// [n l m 3·h d] (queries' heads first, then keys', then values'), as one product makes them.
REGISTER_OP("BorealisAttention")
    .Input("qkv: N * T")
    .Input("mask: bool")
    .Output("output: T")
    .Output("log_sums: float")
    .Attr("N: int >= 1")
    .Attr("T: {float, bfloat16}")
    .Attr("scale: float")
    .Attr("causal_block: int >= 0")
    .SetShapeFn([](InferenceContext* context) {
      int count = 0;
      TF_RETURN_IF_ERROR(context->GetAttr("N", &count));
      tensorflow::shape_inference::ShapeHandle queries;
      TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 5, &queries));
      auto heads = context->Dim(queries, 3);
      if (count == 1) TF_RETURN_IF_ERROR(context->Divide(heads, 3, true, &heads));
      const auto n = context->Dim(queries, 0), l = context->Dim(queries, 1), m = context->Dim(queries, 2);
      context->set_output(0, context->MakeShape({n, l, m, heads, context->Dim(queries, 4)}));
      context->set_output(1, context->MakeShape({n, l, m, heads}));
      return absl::OkStatus();
    })
    .Doc("Scaled dot-product attention; mask [queries keys], or of no elements: none. causal_block 0: every query sees all "
         "keys; b: those up to the end of its block of b tokens.");

REGISTER_OP("BorealisAttentionGradient")
    .Input("qkv: N * T")
    .Input("mask: bool")
    .Input("output: T")
    .Input("log_sums: float")
    .Input("doutput: T")
    .Output("dqkv: N * T")
    .Attr("N: int >= 1")
    .Attr("T: {float, bfloat16}")
    .Attr("scale: float")
    .Attr("causal_block: int >= 0")
    .SetShapeFn([](InferenceContext* context) {
      for (int i = 0; i < context->num_outputs(); ++i) context->set_output(i, context->input(i));
      return absl::OkStatus();
    })
    .Doc("The gradient of BorealisAttention.");

/// Where the heads of the inputs lie.
struct AttentionInputs {
  bool packed;
  int64_t outer, queries, keys, inner, heads, depth;

  /// Empty where the shapes don't fit each other.
  static absl::Status Read(const tensorflow::OpInputList& list, const Tensor& mask, AttentionInputs* inputs) {
    const auto wrong = [](const char* what) { return absl::InvalidArgumentError(std::string("BorealisAttention: ") + what); };
    if (list.size() != 1 && list.size() != 3) return wrong("takes one packed tensor, or queries, keys and values");
    for (const Tensor& tensor : list) {
      if (tensor.dims() != 5) return wrong("tensors must be [n l m h d]");
    }
    inputs->packed = list.size() == 1;
    const Tensor &q = list[0], &k = inputs->packed ? list[0] : list[1];
    if (inputs->packed && q.dim_size(3) % 3 != 0) return wrong("packed heads must be a multiple of 3");
    *inputs = {inputs->packed,  q.dim_size(0), q.dim_size(1), k.dim_size(1),
               q.dim_size(2), inputs->packed ? q.dim_size(3) / 3 : q.dim_size(3), q.dim_size(4)};
    if (!inputs->packed) {
      const Tensor& v = list[2];
      const bool fits = k.shape() == v.shape() && k.dim_size(0) == q.dim_size(0) && k.dim_size(2) == q.dim_size(2) &&
                        k.dim_size(3) == q.dim_size(3) && k.dim_size(4) == q.dim_size(4);
      if (!fits) return wrong("queries, keys and values differ in n, m, h or d");
    }
    if (mask.NumElements() != 0 && mask.NumElements() != inputs->queries * inputs->keys) {
      return wrong("the mask must be [queries keys]");
    }
    return absl::OkStatus();
  }

  int64_t Sequences() const { return outer * inner * heads; }
  int64_t Width() const { return heads * depth; }

  HeadLayout Layout() const {
    const int64_t in = inner * Width() * (packed ? 3 : 1), out = inner * Width();
    return {queries, keys, depth, in, in, in, out};
  }
  /// Where sequence `i` begins in queries (`tokens` = queries), keys or values (part 1, 2).
  int64_t At(int64_t i, int64_t part, int64_t tokens) const {
    const int64_t head = i % heads, place = i / heads % inner, n = i / heads / inner;
    const int64_t width = packed ? 3 * Width() : Width();
    return (n * tokens * inner + place) * width + (packed ? part * Width() : 0) + head * depth;
  }
  int64_t OutputAt(int64_t i) const {
    const int64_t head = i % heads, place = i / heads % inner, n = i / heads / inner;
    return (n * queries * inner + place) * Width() + head * depth;
  }
  int64_t LogSumsAt(int64_t i) const {
    const int64_t head = i % heads, place = i / heads % inner, n = i / heads / inner;
    return (n * queries * inner + place) * heads + head;
  }
  int64_t LogSumStride() const { return inner * heads; }

  /// Nanoseconds for a query of a sequence.
  int64_t Cost() const { return std::max<int64_t>(keys * depth / 16, 1); }
};

class AttentionOperation : public OpKernel {
 public:
  explicit AttentionOperation(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("scale", &scale_));
    OP_REQUIRES_OK(construction, construction->GetAttr("causal_block", &causalBlock_));
    OP_REQUIRES(construction, scale_ > 0, absl::InvalidArgumentError("BorealisAttention: the scale must be positive"));
  }

 protected:
  AttentionOptions Options(const Tensor& mask) const {
    const bool* data = mask.NumElements() == 0 ? nullptr : mask.flat<bool>().data();
    return {scale_, causalBlock_, reinterpret_cast<const uint8_t*>(data)};
  }

 private:
  float scale_;
  int64_t causalBlock_;
};

template <typename T>
class Attention : public AttentionOperation {
 public:
  using AttentionOperation::AttentionOperation;

  void Compute(OpKernelContext* context) override {
    tensorflow::OpInputList list;
    OP_REQUIRES_OK(context, context->input_list("qkv", &list));
    const Tensor& mask = context->input(list.size());
    AttentionInputs in{};
    OP_REQUIRES_OK(context, AttentionInputs::Read(list, mask, &in));
    Tensor *output = nullptr, *logSums = nullptr;
    const TensorShape tokens({in.outer, in.queries, in.inner, in.heads});
    TensorShape vectors = tokens;
    vectors.AddDim(in.depth);
    OP_REQUIRES_OK(context, context->allocate_output(0, vectors, &output));
    OP_REQUIRES_OK(context, context->allocate_output(1, tokens, &logSums));
    const auto *q = Data<T>(list[0]), *k = Data<T>(list[in.packed ? 0 : 1]), *v = Data<T>(list[in.packed ? 0 : 2]);
    auto* to = Data<T>(output);
    float* sums = logSums->flat<float>().data();
    const HeadLayout layout = in.Layout();
    const AttentionOptions options = Options(mask);
    const int64_t chunks = (in.queries + kChunk - 1) / kChunk;
    InParallel(context, in.Sequences() * chunks, std::min(kChunk, in.queries) * in.Cost(), [&](int64_t first, int64_t last) {
      for (int64_t task = first; task < last; ++task) {
        const int64_t i = task / chunks, start = task % chunks * kChunk;
        KernelsFor<T>().attention(layout, options, q + in.At(i, 0, in.queries), k + in.At(i, 1, in.keys),
                                  v + in.At(i, 2, in.keys), to + in.OutputAt(i), sums + in.LogSumsAt(i),
                                  in.LogSumStride(), start, std::min(start + kChunk, in.queries));
      }
    });
  }

 private:
  static constexpr int64_t kChunk = 192;  // queries of a task: one block of the kernel
};

template <typename T>
class AttentionGradient : public AttentionOperation {
 public:
  using AttentionOperation::AttentionOperation;

  void Compute(OpKernelContext* context) override {
    tensorflow::OpInputList list;
    OP_REQUIRES_OK(context, context->input_list("qkv", &list));
    const int count = list.size();
    const Tensor &mask = context->input(count), &output = context->input(count + 1), &logSums = context->input(count + 2),
                 &dOutput = context->input(count + 3);
    AttentionInputs in{};
    OP_REQUIRES_OK(context, AttentionInputs::Read(list, mask, &in));
    const int64_t vectors = in.Sequences() * in.queries;
    OP_REQUIRES(context, output.NumElements() == vectors * in.depth && dOutput.NumElements() == vectors * in.depth &&
                             logSums.NumElements() == vectors,
                absl::InvalidArgumentError("BorealisAttentionGradient: shapes don't fit"));
    Tensor* gradients[3] = {};
    for (int i = 0; i < count; ++i) OP_REQUIRES_OK(context, context->allocate_output(i, list[i].shape(), &gradients[i]));
    const auto *q = Data<T>(list[0]), *k = Data<T>(list[in.packed ? 0 : 1]), *v = Data<T>(list[in.packed ? 0 : 2]);
    auto *dq = Data<T>(gradients[0]), *dk = Data<T>(gradients[in.packed ? 0 : 1]), *dv = Data<T>(gradients[in.packed ? 0 : 2]);
    const auto *value = Data<T>(output), *slope = Data<T>(dOutput);
    const float* sums = logSums.flat<float>().data();
    const HeadLayout layout = in.Layout();
    const AttentionOptions options = Options(mask);
    InParallel(context, in.Sequences(), in.queries * in.Cost() * 5 / 2, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) {
        const int64_t atQ = in.At(i, 0, in.queries), atK = in.At(i, 1, in.keys), atV = in.At(i, 2, in.keys);
        KernelsFor<T>().attentionGradient(layout, options, q + atQ, k + atK, v + atV, value + in.OutputAt(i),
                                          sums + in.LogSumsAt(i), in.LogSumStride(), slope + in.OutputAt(i), dq + atQ,
                                          dk + atK, dv + atV);
      }
    });
  }
};

#define BOREALIS_REGISTER(T)                                                                              \
  REGISTER_KERNEL_BUILDER(Name("BorealisAttention").Device(DEVICE_CPU).TypeConstraint<T>("T"), Attention<T>); \
  REGISTER_KERNEL_BUILDER(Name("BorealisAttentionGradient").Device(DEVICE_CPU).TypeConstraint<T>("T"), AttentionGradient<T>)
BOREALIS_REGISTER(float);
BOREALIS_REGISTER(tensorflow::bfloat16);
#undef BOREALIS_REGISTER

}  // namespace borealis
