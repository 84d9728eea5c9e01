// BorealisTopK: the k largest of rows as long as a vocabulary. TensorFlow's own TopKV2 keeps a heap for each row, which
// takes some eight times as long where k is 500 of 64,000.
#pragma once

#include <cmath>
#include <cstring>

#include "registration.h"

namespace borealis {

REGISTER_OP("BorealisTopK")
    .Input("x: T")
    .Output("values: float")
    .Output("indices: int32")
    .Output("log_sums: float")
    .Attr("T: {float, bfloat16}")
    .Attr("k: int >= 1")
    .Attr("want_log_sums: bool")
    .SetShapeFn([](InferenceContext* context) {
      int k = 0;
      bool wantLogSums = false;
      TF_RETURN_IF_ERROR(context->GetAttr("k", &k));
      TF_RETURN_IF_ERROR(context->GetAttr("want_log_sums", &wantLogSums));
      tensorflow::shape_inference::ShapeHandle x;
      TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &x));
      const auto rows = context->Dim(x, 0);
      context->set_output(0, context->Matrix(rows, k));
      context->set_output(1, context->Matrix(rows, k));
      context->set_output(2, wantLogSums ? context->Vector(rows) : context->Vector(0));
      return absl::OkStatus();
    })
    .Doc("The k largest numbers of each row of x [n c], largest first, equal ones by index, NaN before all; and log Σ e^x of "
         "each row where wanted.");

/// Finds the k largest numbers of rows of one length. T: our float or Bfloat16.
template <typename T>
class RowSelection {
 public:
  RowSelection(const TypedKernels<T>& kernels, int64_t columns, int64_t k)
      : kernels_(kernels), columns_(columns), k_(k), places_(columns + 1) {}

  void Select(const T* row, float* values, int32_t* indices) {
    int64_t count = kernels_.atLeast(row, columns_, Threshold(row), places_.data());
    if (count < k_) count = kernels_.atLeast(row, columns_, -kInfinity, places_.data());
    keys_.resize(count);
    for (int64_t i = 0; i < count; ++i) keys_[i] = KeyOf(row, places_[i]);
    const auto end = keys_.begin() + k_;
    if (count > k_) std::nth_element(keys_.begin(), end - 1, keys_.end(), std::greater<uint64_t>());
    std::sort(keys_.begin(), end, std::greater<uint64_t>());
    for (int64_t i = 0; i < k_; ++i) {
      indices[i] = PlaceOf(keys_[i]);
      values[i] = ValueOf(row[indices[i]]);
    }
  }

 private:
  /// One number in so many is looked at first. A prime: codes repeat in steps of their levels.
  static constexpr int64_t kStride = 37;
  static constexpr float kInfinity = std::numeric_limits<float>::infinity();

  static float ValueOf(float number) { return number; }
  static float ValueOf(Bfloat16 number) {
    const uint32_t bits = static_cast<uint32_t>(number.bits) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

  /// A number that a few more than k of the row are likely not to be below, from a sample of the row.
  float Threshold(const T* row) {
    const int64_t samples = columns_ / kStride;
    const double expected = static_cast<double>(k_) / kStride;
    const int64_t rank = static_cast<int64_t>(expected + 3 * std::sqrt(expected) + 2);
    if (rank >= samples) return -kInfinity;
    keys_.resize(samples);
    for (int64_t i = 0; i < samples; ++i) keys_[i] = KeyOf(row, static_cast<int32_t>(i * kStride));
    std::nth_element(keys_.begin(), keys_.begin() + rank, keys_.end(), std::greater<uint64_t>());
    return ValueOf(row[PlaceOf(keys_[rank])]);
  }

  /// Greater where the number is, or where it is the same and comes before.
  static uint64_t KeyOf(const T* row, int32_t place) {
    const float value = ValueOf(row[place]) + 0.f;  // −0 is no smaller than 0
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    bits = bits >> 31 ? ~bits : bits | 0x80000000u;
    if (value != value) bits = 0xffffffffu;
    return static_cast<uint64_t>(bits) << 32 | (0xffffffffu - static_cast<uint32_t>(place));
  }
  static int32_t PlaceOf(uint64_t key) { return static_cast<int32_t>(0xffffffffu - static_cast<uint32_t>(key)); }

  const TypedKernels<T>& kernels_;
  const int64_t columns_, k_;
  std::vector<int32_t> places_;
  std::vector<uint64_t> keys_;
};

template <typename T>
class TopK : public OpKernel {
 public:
  explicit TopK(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("k", &k_));
    OP_REQUIRES_OK(construction, construction->GetAttr("want_log_sums", &wantLogSums_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    OP_REQUIRES(context, x.dims() == 2 && k_ <= x.dim_size(1) && x.dim_size(1) <= std::numeric_limits<int32_t>::max(),
                absl::InvalidArgumentError("BorealisTopK: x must be [n c], c at least k = " + std::to_string(k_)));
    const int64_t rows = x.dim_size(0), columns = x.dim_size(1);
    Tensor *values = nullptr, *indices = nullptr, *logSums = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({rows, k_}), &values));
    OP_REQUIRES_OK(context, context->allocate_output(1, TensorShape({rows, k_}), &indices));
    OP_REQUIRES_OK(context, context->allocate_output(2, TensorShape({wantLogSums_ ? rows : 0}), &logSums));
    const auto* from = Data<T>(x);
    float *to = values->flat<float>().data(), *sums = logSums->flat<float>().data();
    int32_t* at = indices->flat<int32_t>().data();
    InParallel(context, rows, columns / 2 + 20 * k_, [&](int64_t first, int64_t last) {
      const auto& kernels = KernelsFor<T>();
      RowSelection<typename StorageOf<T>::Type> selection(kernels, columns, k_);
      for (int64_t row = first; row < last; ++row) {
        const auto* numbers = from + row * columns;
        if (wantLogSums_) sums[row] = kernels.logSum(numbers, columns);
        selection.Select(numbers, to + row * k_, at + row * k_);
      }
    });
  }

 private:
  int64_t k_;
  bool wantLogSums_;
};

REGISTER_KERNEL_BUILDER(Name("BorealisTopK").Device(DEVICE_CPU).TypeConstraint<float>("T"), TopK<float>);
REGISTER_KERNEL_BUILDER(Name("BorealisTopK").Device(DEVICE_CPU).TypeConstraint<tensorflow::bfloat16>("T"), TopK<tensorflow::bfloat16>);

}  // namespace borealis
