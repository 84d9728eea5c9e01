// Chooses among the instruction sets that the kernels were compiled for. BOREALIS_KERNELS=avx2, say, asks for one.
#include <cstdlib>
#include <cstring>

#include "kernels.h"

namespace borealis {

#if defined(__x86_64__)
namespace avx512bf16 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
}
namespace avx2 {
extern const Kernels kKernels;
}
#endif
namespace baseline {
extern const Kernels kKernels;
}

namespace {

/// From the fastest to the one that runs everywhere.
const Kernels& Choose() {
  const char* wanted = std::getenv("BOREALIS_KERNELS");
  const auto allowed = [&](const Kernels& kernels) { return wanted == nullptr || std::strcmp(wanted, kernels.instructions) == 0; };
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (wide && __builtin_cpu_supports("avx512bf16") && allowed(avx512bf16::kKernels)) return avx512bf16::kKernels;
  if (wide && allowed(avx512::kKernels)) return avx512::kKernels;
  const bool narrow = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (narrow && allowed(avx2::kKernels)) return avx2::kKernels;
#endif
  return baseline::kKernels;
}

}  // namespace

const Kernels& BestKernels() {
  static const Kernels& best = Choose();
  return best;
}

}  // namespace borealis
