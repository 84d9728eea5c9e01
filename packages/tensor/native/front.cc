// What Node loads: opens the addon proper, which lies beside it. While TensorFlow's library is being loaded it announces
// on standard error which processor features it uses, before anything can tell it not to; so standard error is turned off
// for that moment. TF_CPP_MIN_LOG_LEVEL=0 leaves it on.
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <string>

namespace {

class QuietStandardError {
 public:
  QuietStandardError() {
    const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
    if (level != nullptr && std::string(level) == "0") return;
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) return;
    kept_ = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    if (kept_ >= 0) dup2(nowhere, STDERR_FILENO);
    close(nowhere);
  }
  ~QuietStandardError() {
    if (kept_ < 0) return;
    dup2(kept_, STDERR_FILENO);
    close(kept_);
  }

 private:
  int kept_ = -1;
};

std::string BesideThis(const char* name) {
  Dl_info info;
  dladdr(reinterpret_cast<const void*>(&BesideThis), &info);
  const std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/') + 1) + name;
}

// By itself TensorFlow takes oneDNN only on processors with AVX-512; on those with AVX2 it is faster, too. There it logs as
// an error that bfloat16 which is only moved or added up is Eigen's to move: hence the 3. What fails throws.
void SetUpForX64() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  setenv("TF_ENABLE_ONEDNN_OPTS", "1", /*overwrite=*/0);
  if (!__builtin_cpu_supports("avx512f")) setenv("TF_CPP_MIN_LOG_LEVEL", "3", /*overwrite=*/0);
#endif
}

// Once for the process: later threads get the library that is there.
void* OpenAddon(std::string* problem) {
  static std::mutex mutex;
  static void* addon = nullptr;
  const std::lock_guard<std::mutex> lock(mutex);
  if (addon == nullptr) {
    // For the whole process: what a worker thread puts into process.env does not reach TensorFlow.
    SetUpForX64();
    setenv("TF_CPP_MIN_LOG_LEVEL", "2", /*overwrite=*/0);
    const QuietStandardError quiet;
    addon = dlopen(BesideThis("borealis.node").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (addon == nullptr) *problem = dlerror();
  }
  return addon;
}

}  // namespace

NAPI_MODULE_INIT() {
  std::string problem;
  void* addon = OpenAddon(&problem);
  using Register = napi_value (*)(napi_env, napi_value);
  const auto registerAddon =
      addon == nullptr ? nullptr : reinterpret_cast<Register>(dlsym(addon, "napi_register_module_v1"));
  if (registerAddon == nullptr) {
    napi_throw_error(env, nullptr, problem.empty() ? "the native addon has no entry point" : problem.c_str());
    return nullptr;
  }
  return registerAddon(env, exports);
}
