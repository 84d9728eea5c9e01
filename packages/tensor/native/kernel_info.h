// Which instruction set our own operations run with.
#pragma once

#include "js_values.h"
#include "kernels/kernels.h"

namespace borealis {

// kernelInstructions() -> 'avx512bf16' | 'avx512' | 'avx2' | 'baseline'
inline napi_value KernelInstructions(napi_env env, napi_callback_info) {
  napi_value text;
  napi_create_string_utf8(env, BestKernels().instructions, NAPI_AUTO_LENGTH, &text);
  return text;
}

}  // namespace borealis
