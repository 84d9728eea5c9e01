// TensorFlow's distributed runtime: collective operations between processes.
#pragma once

#include "js_values.h"

namespace borealis {

// enableCollectives(ServerDef) -> [device name, …]; the first is where operations run from then on.
inline napi_value EnableCollectives(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const Bytes server = ToBytes(env, arguments[0]);
  if (Threw(env)) return nullptr;
  TFJSBackend* backend = GetTFJSBackend(env);
  TF_AutoStatus status;
  TFE_EnableCollectiveOps(backend->tfe_context_, server.data, server.length, status.status);
  if (Failed(env, status.status)) return nullptr;
  std::unique_ptr<TF_DeviceList, decltype(&TF_DeleteDeviceList)> devices(
      TFE_ContextListDevices(backend->tfe_context_, status.status), TF_DeleteDeviceList);
  if (Failed(env, status.status)) return nullptr;
  napi_value names;
  napi_create_array(env, &names);
  for (int i = 0; i < TF_DeviceListCount(devices.get()); ++i) {
    const char* name = TF_DeviceListName(devices.get(), i, status.status);
    if (Failed(env, status.status)) return nullptr;
    if (i == 0) backend->device_name = name;
    napi_value text;
    napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &text);
    napi_set_element(env, names, i, text);
  }
  return names;
}

}  // namespace borealis
