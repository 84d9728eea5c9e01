// What all our operations need of TensorFlow.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "../kernels/kernels.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace borealis {

using tensorflow::DEVICE_CPU;
using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using tensorflow::shape_inference::InferenceContext;

/// Our Bfloat16 and TensorFlow's have the same bits.
template <typename T>
struct StorageOf {
  using Type = T;
};
template <>
struct StorageOf<tensorflow::bfloat16> {
  using Type = Bfloat16;
};

template <typename T>
const typename StorageOf<T>::Type* Data(const Tensor& tensor) {
  return reinterpret_cast<const typename StorageOf<T>::Type*>(tensor.flat<T>().data());
}

template <typename T>
typename StorageOf<T>::Type* Data(Tensor* tensor) {
  return reinterpret_cast<typename StorageOf<T>::Type*>(tensor->flat<T>().data());
}

template <typename T>
const TypedKernels<typename StorageOf<T>::Type>& KernelsFor();
template <>
inline const TypedKernels<float>& KernelsFor<float>() {
  return BestKernels().f32;
}
template <>
inline const TypedKernels<Bfloat16>& KernelsFor<tensorflow::bfloat16>() {
  return BestKernels().bf16;
}

/// Calls work(first, last) on the threads of TensorFlow's pool for parts of [0, count); `cost`: nanoseconds of one.
inline void InParallel(OpKernelContext* context, int64_t count, int64_t cost, const std::function<void(int64_t, int64_t)>& work) {
  context->device()->tensorflow_cpu_worker_threads()->workers->ParallelFor(count, std::max<int64_t>(cost, 1), work);
}

/// Calls work(part, first, last) for at most `parts` equal parts of [0, count). The parts don't depend on the number of
/// threads, so sums over them have the same bits on every machine.
inline void InParts(OpKernelContext* context, int64_t count, int64_t parts, int64_t cost,
                    const std::function<void(int64_t, int64_t, int64_t)>& work) {
  const int64_t size = std::max<int64_t>((count + parts - 1) / parts, 1);
  const int64_t used = (count + size - 1) / size;
  InParallel(context, used, size * cost, [&](int64_t first, int64_t last) {
    for (int64_t part = first; part < last; ++part) work(part, part * size, std::min(count, (part + 1) * size));
  });
}

inline absl::Status SameShapeAsFirstInput(InferenceContext* context) {
  context->set_output(0, context->input(0));
  return absl::OkStatus();
}

}  // namespace borealis
