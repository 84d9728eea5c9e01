// What the process holds outside JavaScript's heap.
#pragma once

#include <malloc.h>

#include <cstdlib>
#include <limits>

#include "js_values.h"

namespace borealis {

// TensorFlow frees and allocates the same large buffers at every call. By default glibc gives them back to the system
// and takes them anew, each thread from an arena of its own, and every page of them faults again: half of a step's time
// on some machines. One arena that keeps what it has ends that. Set before TensorFlow starts its threads; glibc's own
// MALLOC_* variables in the environment come first.
inline void KeepFreedMemory() {
  const auto unset = [](const char* variable) { return std::getenv(variable) == nullptr; };
  if (unset("MALLOC_ARENA_MAX")) mallopt(M_ARENA_MAX, 1);
  if (unset("MALLOC_MMAP_THRESHOLD_")) mallopt(M_MMAP_THRESHOLD, std::numeric_limits<int>::max());
  if (unset("MALLOC_TRIM_THRESHOLD_")) mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

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
