// Calling functions of the context, and what the callers need to know about tensors.
#pragma once

#include "js_values.h"

namespace borealis {

// callFunction(name, [tensor id, …], number of outputs, ConfigProto) -> [{id, dtype, shape}, …]
inline napi_value CallFunction(napi_env env, napi_callback_info info) {
  Arguments<4> arguments(env, info);
  const std::string name = ToString(env, arguments[0]);
  const std::vector<napi_value> inputs = ToArray(env, arguments[1]);
  const int32_t outputCount = ToInt(env, arguments[2]);
  const Bytes config = ToBytes(env, arguments[3]);
  if (Threw(env)) return nullptr;

  TFJSBackend* backend = GetTFJSBackend(env);
  TF_AutoStatus status;
  std::unique_ptr<TFE_Op, decltype(&TFE_DeleteOp)> op(TFE_NewOp(backend->tfe_context_, name.c_str(), status.status),
                                                      TFE_DeleteOp);
  if (Failed(env, status.status)) return nullptr;
  for (napi_value input : inputs) {
    TFE_TensorHandle* handle = HandleOf(env, backend, ToInt(env, input));
    if (handle == nullptr) return nullptr;
    TFE_OpAddInput(op.get(), handle, status.status);
    if (Failed(env, status.status)) return nullptr;
  }
  if (config.length > 0) TFE_OpSetAttrString(op.get(), "config_proto", config.data, config.length);

  std::vector<TFE_TensorHandle*> results(outputCount, nullptr);
  int count = outputCount;
  TFE_Execute(op.get(), results.data(), &count, status.status);
  if (Failed(env, status.status)) return nullptr;
  napi_value outputs;
  napi_create_array_with_length(env, count, &outputs);
  for (int i = 0; i < count; ++i) {
    napi_set_element(env, outputs, i, backend->GenerateOutputTensorInfo(env, results[i]));
  }
  return outputs;
}

// removeFunction(name)
inline napi_value RemoveFunction(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const std::string name = ToString(env, arguments[0]);
  if (Threw(env)) return nullptr;
  TF_AutoStatus status;
  TFE_ContextRemoveFunction(GetTFJSBackend(env)->tfe_context_, name.c_str(), status.status);
  Failed(env, status.status);
  return nullptr;
}

// tensorInfo(id) -> {dtype, shape}
inline napi_value TensorInfo(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  TFE_TensorHandle* handle = HandleOf(env, GetTFJSBackend(env), ToInt(env, arguments[0]));
  if (handle == nullptr) return nullptr;
  TF_AutoStatus status;
  const int rank = TFE_TensorHandleNumDims(handle, status.status);
  if (Failed(env, status.status)) return nullptr;
  std::vector<int64_t> dims(rank);
  for (int i = 0; i < rank; ++i) dims[i] = TFE_TensorHandleDim(handle, i, status.status);
  if (Failed(env, status.status)) return nullptr;
  return FromDtypeAndShape(env, TFE_TensorHandleDataType(handle), true, dims);
}

// retainTensor(id) -> id of a second handle on the same data
inline napi_value RetainTensor(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  TFJSBackend* backend = GetTFJSBackend(env);
  TFE_TensorHandle* handle = HandleOf(env, backend, ToInt(env, arguments[0]));
  if (handle == nullptr) return nullptr;
  TF_AutoStatus status;
  TFE_TensorHandle* copy = TFE_TensorHandleCopySharingTensor(handle, status.status);
  if (Failed(env, status.status)) return nullptr;
  return FromInt(env, backend->InsertHandle(copy));
}

}  // namespace borealis
