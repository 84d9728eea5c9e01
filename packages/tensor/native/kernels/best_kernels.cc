// Chooses among the instruction sets that the kernels were compiled for. BOREALIS_KERNELS=avx2, say, asks for one.
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "kernels.h"

namespace borealis {

#if defined(__x86_64__)
namespace amx {
extern const Kernels kKernels;
}
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

#if defined(__x86_64__)
/// Whether the processor has AMX for bfloat16, and the system lets this process use it: it has to be asked (Linux 5.16).
bool MayUseMatrixRegisters() {
#if defined(__linux__)
  constexpr unsigned kBf16 = 1u << 22, kTiles = 1u << 24;
  constexpr long kAskFor = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  return (d & kBf16) && (d & kTiles) && syscall(SYS_arch_prctl, kAskFor, kTileData) == 0;
#else
  return false;
#endif
}
#endif

/// From the fastest to the one that runs everywhere.
const Kernels& Choose() {
  const char* wanted = std::getenv("BOREALIS_KERNELS");
  const auto allowed = [&](const Kernels& kernels) { return wanted == nullptr || std::strcmp(wanted, kernels.instructions) == 0; };
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  const bool pairs = wide && __builtin_cpu_supports("avx512bf16");
  if (pairs && allowed(amx::kKernels) && MayUseMatrixRegisters()) return amx::kKernels;
  if (pairs && allowed(avx512bf16::kKernels)) return avx512bf16::kKernels;
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
