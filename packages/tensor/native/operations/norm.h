// BorealisNorm (layer norm and RMS norm) and its gradient.
#pragma once

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisNorm")
    .Input("x: X")
    .Input("gain: float")
    .Input("bias: float")
    .Output("y: Y")
    .Output("mean: float")
    .Output("inverse: float")
    .Attr("X: {float, bfloat16}")
    .Attr("Y: {float, bfloat16}")
    .Attr("eps: float")
    .Attr("centered: bool")
    .SetShapeFn([](InferenceContext* context) {
      context->set_output(0, context->input(0));
      const auto rows = context->Vector(context->Dim(context->input(0), 0));
      context->set_output(1, rows);
      context->set_output(2, rows);
      return absl::OkStatus();
    })
    .Doc("Rows of x [n c], normalised; gain and bias [g c] with g a divisor of n, or of no elements: none.");

REGISTER_OP("BorealisNormGradient")
    .Input("dy: Y")
    .Input("x: X")
    .Input("gain: float")
    .Input("mean: float")
    .Input("inverse: float")
    .Output("dx: X")
    .Output("dgain: float")
    .Output("dbias: float")
    .Attr("X: {float, bfloat16}")
    .Attr("Y: {float, bfloat16}")
    .Attr("centered: bool")
    .Attr("groups: int >= 1")
    .SetShapeFn([](InferenceContext* context) {
      int64_t groups = 0;
      TF_RETURN_IF_ERROR(context->GetAttr("groups", &groups));
      context->set_output(0, context->input(1));
      const auto sums = context->Matrix(groups, context->Dim(context->input(1), 1));
      context->set_output(1, sums);
      context->set_output(2, sums);
      return absl::OkStatus();
    })
    .Doc("The gradient of BorealisNorm; dgain and dbias [groups c].");

template <typename X, typename Y>
const NormKernels<typename StorageOf<X>::Type, typename StorageOf<Y>::Type>& NormKernelsFor();
template <>
inline const NormKernels<float, float>& NormKernelsFor<float, float>() {
  return BestKernels().normF32;
}
template <>
inline const NormKernels<float, Bfloat16>& NormKernelsFor<float, tensorflow::bfloat16>() {
  return BestKernels().normF32ToBf16;
}
template <>
inline const NormKernels<Bfloat16, Bfloat16>& NormKernelsFor<tensorflow::bfloat16, tensorflow::bfloat16>() {
  return BestKernels().normBf16;
}

inline const float* WeightsOrNull(const Tensor& weights) {
  return weights.NumElements() == 0 ? nullptr : weights.flat<float>().data();
}

/// Weights [g c] of rows [n c]: g, or 0 where they don't fit. No weights at all: 1.
inline int64_t GroupsOf(const Tensor& x, const Tensor& weights) {
  const int64_t rows = x.dim_size(0), channels = x.dim_size(1), count = weights.NumElements();
  if (count == 0) return 1;
  if (channels == 0 || count % channels != 0) return 0;
  const int64_t groups = count / channels;
  return rows % groups == 0 ? groups : 0;
}

template <typename X, typename Y>
class Norm : public OpKernel {
 public:
  explicit Norm(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("eps", &eps_));
    OP_REQUIRES_OK(construction, construction->GetAttr("centered", &centered_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor &x = context->input(0), &gain = context->input(1), &bias = context->input(2);
    OP_REQUIRES(context, x.dims() == 2, absl::InvalidArgumentError("BorealisNorm: x must be a matrix"));
    const int64_t rows = x.dim_size(0), channels = x.dim_size(1);
    const int64_t groups = std::max(GroupsOf(x, gain), GroupsOf(x, bias));
    OP_REQUIRES(context, GroupsOf(x, gain) > 0 && GroupsOf(x, bias) > 0 &&
                             (gain.NumElements() == 0 || bias.NumElements() == 0 || gain.shape() == bias.shape()),
                absl::InvalidArgumentError("BorealisNorm: gain and bias don't fit x"));
    Tensor *y = nullptr, *means = nullptr, *inverses = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, x.shape(), &y));
    OP_REQUIRES_OK(context, context->allocate_output(1, TensorShape({rows}), &means));
    OP_REQUIRES_OK(context, context->allocate_output(2, TensorShape({rows}), &inverses));
    const NormShape shape{channels, std::max<int64_t>(rows / groups, 1), eps_, centered_};
    const auto *from = Data<X>(x);
    auto* to = Data<Y>(y);
    float *mean = means->flat<float>().data(), *inverse = inverses->flat<float>().data();
    InParallel(context, rows, channels, [&](int64_t first, int64_t last) {
      NormKernelsFor<X, Y>().forward(shape, from, WeightsOrNull(gain), WeightsOrNull(bias), to, mean, inverse, first, last);
    });
  }

 private:
  float eps_;
  bool centered_;
};

template <typename X, typename Y>
class NormGradient : public OpKernel {
 public:
  explicit NormGradient(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("centered", &centered_));
    OP_REQUIRES_OK(construction, construction->GetAttr("groups", &groups_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor &dy = context->input(0), &x = context->input(1), &gain = context->input(2);
    const int64_t rows = x.dim_size(0), channels = x.dim_size(1);
    OP_REQUIRES(context, x.shape() == dy.shape() && rows % groups_ == 0 &&
                             (gain.NumElements() == 0 || gain.NumElements() == groups_ * channels),
                absl::InvalidArgumentError("BorealisNormGradient: shapes don't fit"));
    Tensor *dx = nullptr, *dgain = nullptr, *dbias = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, x.shape(), &dx));
    OP_REQUIRES_OK(context, context->allocate_output(1, TensorShape({groups_, channels}), &dgain));
    OP_REQUIRES_OK(context, context->allocate_output(2, TensorShape({groups_, channels}), &dbias));
    const NormShape shape{channels, std::max<int64_t>(rows / groups_, 1), 0, centered_};
    const auto *slope = Data<Y>(dy);
    const auto *from = Data<X>(x);
    const float *means = context->input(3).flat<float>().data(), *inverses = context->input(4).flat<float>().data();
    auto* to = Data<X>(dx);

    // Each part of a group's rows sums by itself.
    const int64_t partsPerGroup = std::max<int64_t>(kParts / groups_, 1);
    std::vector<float> sums(groups_ * partsPerGroup * 2 * channels, 0.f);
    const auto sumsOf = [&](int64_t group, int64_t part) { return sums.data() + (group * partsPerGroup + part) * 2 * channels; };
    const int64_t size = std::max<int64_t>((shape.rowsPerGroup + partsPerGroup - 1) / partsPerGroup, 1);
    InParallel(context, groups_ * partsPerGroup, size * channels * 2, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t group = i / partsPerGroup, part = i % partsPerGroup;
        const int64_t first = std::min(part * size, shape.rowsPerGroup), last = std::min(first + size, shape.rowsPerGroup);
        const int64_t start = group * shape.rowsPerGroup;
        float* own = sumsOf(group, part);
        NormKernelsFor<X, Y>().backward(shape, slope, from, WeightsOrNull(gain), means, inverses, to, own, own + channels,
                                        start + first, start + last);
      }
    });
    float *gainSums = dgain->flat<float>().data(), *biasSums = dbias->flat<float>().data();
    for (int64_t group = 0; group < groups_; ++group) {
      std::fill_n(gainSums + group * channels, channels, 0.f);
      std::fill_n(biasSums + group * channels, channels, 0.f);
      for (int64_t part = 0; part < partsPerGroup; ++part) {
        const float* own = sumsOf(group, part);
        for (int64_t c = 0; c < channels; ++c) {
          gainSums[group * channels + c] += own[c];
          biasSums[group * channels + c] += own[channels + c];
        }
      }
    }
  }

 private:
  static constexpr int64_t kParts = 32;
  bool centered_;
  int64_t groups_;
};

#define BOREALIS_REGISTER(X, Y)                                                                                    \
  REGISTER_KERNEL_BUILDER(Name("BorealisNorm").Device(DEVICE_CPU).TypeConstraint<X>("X").TypeConstraint<Y>("Y"),   \
                          Norm<X, Y>);                                                                             \
  REGISTER_KERNEL_BUILDER(                                                                                         \
      Name("BorealisNormGradient").Device(DEVICE_CPU).TypeConstraint<X>("X").TypeConstraint<Y>("Y"), NormGradient<X, Y>)
BOREALIS_REGISTER(float, float);
BOREALIS_REGISTER(float, tensorflow::bfloat16);
BOREALIS_REGISTER(tensorflow::bfloat16, tensorflow::bfloat16);
#undef BOREALIS_REGISTER

}  // namespace borealis
