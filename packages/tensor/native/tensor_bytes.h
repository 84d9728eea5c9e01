// The bytes of tensors, for writing them.
#pragma once

#include "js_values.h"

namespace borealis {

// tensorOnHost(id) -> id of a handle on the same data in host memory; on a CPU it shares them
inline napi_value TensorOnHost(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  TFJSBackend* backend = GetTFJSBackend(env);
  TFE_TensorHandle* handle = HandleOf(env, backend, ToInt(env, arguments[0]));
  if (handle == nullptr) return nullptr;
  TF_AutoStatus status;
  TFE_TensorHandle* onHost = backend->is_gpu_device
                                 ? TFE_TensorHandleCopyToDevice(handle, backend->tfe_context_, "CPU:0", status.status)
                                 : TFE_TensorHandleCopySharingTensor(handle, status.status);
  if (Failed(env, status.status)) return nullptr;
  return FromInt(env, backend->InsertHandle(onHost));
}

// copyTensorBytes(id of a tensor in host memory, first byte, Uint8Array): fills the array
inline napi_value CopyTensorBytes(napi_env env, napi_callback_info info) {
  Arguments<3> arguments(env, info);
  TFE_TensorHandle* handle = HandleOf(env, GetTFJSBackend(env), ToInt(env, arguments[0]));
  int64_t offset = 0;
  napi_get_value_int64(env, arguments[1], &offset);
  const Bytes target = ToBytes(env, arguments[2]);
  if (handle == nullptr || Threw(env)) return nullptr;
  TF_AutoStatus status;
  std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)> tensor(TFE_TensorHandleResolve(handle, status.status),
                                                                TF_DeleteTensor);
  if (Failed(env, status.status)) return nullptr;
  const size_t size = TF_TensorByteSize(tensor.get());
  if (offset < 0 || target.length > size || static_cast<size_t>(offset) > size - target.length) {
    napi_throw_range_error(env, nullptr, "beyond the end of the tensor");
    return nullptr;
  }
  if (target.length == 0) return nullptr;
  std::memcpy(const_cast<void*>(target.data), static_cast<const uint8_t*>(TF_TensorData(tensor.get())) + offset, target.length);
  return nullptr;
}

}  // namespace borealis
