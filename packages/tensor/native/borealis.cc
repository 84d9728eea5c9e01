// The addon: tfjs-node's own binding, compiled from the sources in its npm package, plus what Borealis adds.
// One translation unit, since the binding keeps what we need (context, handles) private to its class.
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/c_api_experimental.h"
#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/c/eager/c_api_experimental.h"

#define private public  // TFJSBackend: tfe_context_, tfe_handle_map_, InsertHandle, GenerateOutputTensorInfo
#include "binding/tfjs_backend.h"
#undef private
#include "copied_tensor.h"
#define TF_NewTensor borealis::NewCopiedTensor
#include "binding/tfjs_backend.cc"
#undef TF_NewTensor

// The binding registers itself under a name of its own; we register one module that holds both.
#include <node_api.h>
#undef NAPI_MODULE
#define NAPI_MODULE(name, init)
#include "binding/tfjs_binding.cc"

#include "collectives.h"
#include "functions.h"
#include "js_values.h"
#include "kernel_info.h"
#include "memory.h"
#include "reading.h"
#include "profiler.h"
#include "recording.h"
#include "tensor_bytes.h"

NAPI_MODULE_INIT() {
  borealis::KeepFreedMemory();
  exports = tfnodejs::InitTFNodeJSBinding(env, exports);
  if (exports == nullptr) return nullptr;
  using namespace borealis;
  Export(env, exports, "recordingBegin", RecordingBegin);
  Export(env, exports, "recordingOpDefinition", RecordingOpDefinition);
  Export(env, exports, "recordingAdd", RecordingAdd);
  Export(env, exports, "recordingAwait", RecordingAwait);
  Export(env, exports, "recordingFinish", RecordingFinish);
  Export(env, exports, "recordingDiscard", RecordingDiscard);
  Export(env, exports, "callFunction", CallFunction);
  Export(env, exports, "removeFunction", RemoveFunction);
  Export(env, exports, "tensorInfo", TensorInfo);
  Export(env, exports, "retainTensor", RetainTensor);
  Export(env, exports, "enableCollectives", EnableCollectives);
  Export(env, exports, "watchCollectives", WatchCollectives);
  Export(env, exports, "clusterBarrier", ClusterBarrier);
  Export(env, exports, "clusterReport", ClusterReport);
  Export(env, exports, "nativeMemory", NativeMemory);
  Export(env, exports, "kernelInstructions", KernelInstructions);
  Export(env, exports, "readTensors", ReadTensors);
  Export(env, exports, "tensorOnHost", TensorOnHost);
  Export(env, exports, "copyTensorBytes", CopyTensorBytes);
  Export(env, exports, "profilerStart", ProfilerStart);
  Export(env, exports, "profilerStop", ProfilerStop);
  return exports;
}
