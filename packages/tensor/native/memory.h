// What the process holds outside JavaScript's heap.
#pragma once

#include <malloc.h>

#include "js_values.h"

namespace borealis {

// nativeMemory() -> {inUse, reserved}: bytes that the C library's allocator has handed out, and has from the system.
// TensorFlow's CPU tensors come from there.
inline napi_value NativeMemory(napi_env env, napi_callback_info) {
  const struct mallinfo2 info = mallinfo2();
  napi_value object;
  napi_create_object(env, &object);
  napi_set_named_property(env, object, "inUse", FromInt(env, static_cast<int64_t>(info.uordblks + info.hblkhd)));
  napi_set_named_property(env, object, "reserved", FromInt(env, static_cast<int64_t>(info.arena + info.hblkhd)));
  return object;
}

}  // namespace borealis
