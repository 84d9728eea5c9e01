// TensorFlow's distributed runtime: collective operations between processes, and its coordination service, which knows
// who takes part and who has stopped answering.
#pragma once

#include <csignal>

#include "absl/log/globals.h"
#include "collective_watch.h"
#include "js_values.h"

namespace borealis {

// When a task is lost, the runtimes of the others tell pages of it, besides what they return as errors.
inline void KeepRuntimeQuiet() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level == nullptr || std::string(level) == "2") absl::SetMinLogLevel(absl::LogSeverityAtLeast::kFatal);
}

// The runtime takes SIGTERM for itself, as a sign that the machine is about to go; whoever had it gets it back.
class KeptTermination {
 public:
  KeptTermination() { sigaction(SIGTERM, nullptr, &before_); }
  ~KeptTermination() { sigaction(SIGTERM, &before_, nullptr); }

 private:
  struct sigaction before_;
};

// enableCollectives(ServerDef, task: "/job:…/replica:…/task:…")
// Blocks until every task has registered, or throws. From then on operations run on the same device as before, under the
// name that it has in the cluster; after a failure, too, since the device has its new name by then.
inline napi_value EnableCollectives(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  const Bytes server = ToBytes(env, arguments[0]);
  const std::string task = ToString(env, arguments[1]);
  if (Threw(env)) return nullptr;
  KeepRuntimeQuiet();
  const KeptTermination termination;
  TFJSBackend* backend = GetTFJSBackend(env);
  TF_AutoStatus status;
  TFE_EnableCollectiveOps(backend->tfe_context_, server.data, server.length, status.status);

  TF_AutoStatus listed;
  std::unique_ptr<TF_DeviceList, decltype(&TF_DeleteDeviceList)> devices(
      TFE_ContextListDevices(backend->tfe_context_, listed.status), TF_DeleteDeviceList);
  const size_t kind = backend->device_name.rfind("/device:");
  const std::string renamed = task + backend->device_name.substr(kind == std::string::npos ? 0 : kind);
  for (int i = 0; TF_GetCode(listed.status) == TF_OK && i < TF_DeviceListCount(devices.get()); ++i) {
    const char* name = TF_DeviceListName(devices.get(), i, listed.status);
    if (name != nullptr && renamed == name) backend->device_name = renamed;
  }
  Failed(env, status.status);
  return nullptr;
}

// watchCollectives(milliseconds) -> number of the watch: whatever waits for so long, between operations that mark it with
// this number, is aborted.
inline napi_value WatchCollectives(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const int32_t milliseconds = ToInt(env, arguments[0]);
  if (Threw(env)) return nullptr;
  TFE_Context* context = GetTFJSBackend(env)->tfe_context_;
  auto watch = std::make_unique<CollectiveWatch>(std::chrono::milliseconds(milliseconds), [context] {
    TF_AutoStatus status;
    TF_SetStatus(status.status, TF_DEADLINE_EXCEEDED, "waited for too long for another task");
    TFE_AbortCollectiveOps(context, status.status);
  });
  auto* number = new int64_t(CollectiveWatches::All().Add(std::move(watch)));
  // Before the context goes: hooks run in the reverse order of their making.
  napi_add_env_cleanup_hook(
      env,
      [](void* data) {
        const std::unique_ptr<int64_t> number(static_cast<int64_t*>(data));
        CollectiveWatches::All().Remove(*number);
      },
      number);
  return FromInt(env, *number);
}

// clusterBarrier(id, milliseconds): returns once every task is in a barrier of this id, which serves once. What it throws
// where some don't come names them.
inline napi_value ClusterBarrier(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  const std::string id = ToString(env, arguments[0]);
  const int32_t milliseconds = ToInt(env, arguments[1]);
  if (Threw(env)) return nullptr;
  TF_AutoStatus status;
  TFE_WaitAtBarrier(GetTFJSBackend(env)->tfe_context_, id.c_str(), milliseconds, status.status);
  Failed(env, status.status);
  return nullptr;
}

// clusterReport(message): the collectives of every other task fail with this message, those under way, too.
inline napi_value ClusterReport(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const std::string message = ToString(env, arguments[0]);
  if (Threw(env)) return nullptr;
  TF_AutoStatus status;
  TFE_ReportErrorToCluster(GetTFJSBackend(env)->tfe_context_, TF_ABORTED, message.c_str(), status.status);
  Failed(env, status.status);
  return nullptr;
}

}  // namespace borealis
