// Symbolic recording: nodes are added to a TensorFlow graph one by one, TensorFlow infers types and shapes,
// nothing is computed. A finished recording becomes a function of the eager context.
#pragma once

#include <atomic>

#include "js_values.h"

namespace borealis {

// Each worker thread has its own environment and records on its own; graphs are found by handle.
inline std::map<int32_t, TF_Graph*>& Recordings() {
  static thread_local std::map<int32_t, TF_Graph*> recordings;
  return recordings;
}

inline TF_Graph* FindRecording(napi_env env, napi_value handle) {
  auto entry = Recordings().find(ToInt(env, handle));
  if (entry != Recordings().end()) return entry->second;
  if (!Threw(env)) napi_throw_error(env, nullptr, "no such recording");
  return nullptr;
}

// "node:output" in the graph.
inline TF_Output FindOutput(TF_Graph* graph, const std::string& name) {
  const size_t colon = name.rfind(':');
  return {TF_GraphOperationByName(graph, name.substr(0, colon).c_str()), std::stoi(name.substr(colon + 1))};
}

// recordingBegin() -> handle, which no other recording of the process has
inline napi_value RecordingBegin(napi_env env, napi_callback_info) {
  static std::atomic<int32_t> next{0};
  const int32_t handle = next++;
  Recordings()[handle] = TF_NewGraph();
  return FromInt(env, handle);
}

// recordingOpDefinition(handle, operation) -> its OpDef, serialised
inline napi_value RecordingOpDefinition(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  TF_Graph* graph = FindRecording(env, arguments[0]);
  const std::string name = ToString(env, arguments[1]);
  if (Threw(env)) return nullptr;
  TF_AutoStatus status;
  std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> buffer(TF_NewBuffer(), TF_DeleteBuffer);
  TF_GraphGetOpDef(graph, name.c_str(), buffer.get(), status.status);
  if (Failed(env, status.status)) return nullptr;
  return FromBytes(env, buffer->data, buffer->length);
}

// recordingAdd(handle, operation, node name, ["node:output" or, for an input that is a list, ["node:output", …], …],
// [name of a node that must have run before, …], [[attribute name, serialised AttrValue], …]) -> [{dtype, shape}, …]
inline napi_value RecordingAdd(napi_env env, napi_callback_info info) {
  Arguments<6> arguments(env, info);
  TF_Graph* graph = FindRecording(env, arguments[0]);
  const std::string op = ToString(env, arguments[1]);
  const std::string name = ToString(env, arguments[2]);
  const std::vector<napi_value> inputs = ToArray(env, arguments[3]);
  const std::vector<std::string> controls = ToStrings(env, arguments[4]);
  const std::vector<napi_value> attributes = ToArray(env, arguments[5]);
  if (Threw(env)) return nullptr;

  TF_AutoStatus status;
  // TF_FinishOperation frees the description, so from here on nothing returns before it.
  TF_OperationDescription* description = TF_NewOperation(graph, op.c_str(), name.c_str());
  for (napi_value input : inputs) {
    bool isList = false;
    napi_is_array(env, input, &isList);
    if (isList) {
      std::vector<TF_Output> list;
      for (const auto& element : ToStrings(env, input)) list.push_back(FindOutput(graph, element));
      TF_AddInputList(description, list.data(), static_cast<int>(list.size()));
    } else {
      TF_AddInput(description, FindOutput(graph, ToString(env, input)));
    }
  }
  for (const auto& control : controls) {
    TF_AddControlInput(description, TF_GraphOperationByName(graph, control.c_str()));
  }
  TF_AutoStatus attributeStatus;
  for (napi_value attribute : attributes) {
    const std::vector<napi_value> pair = ToArray(env, attribute);
    const std::string key = ToString(env, pair[0]);
    const Bytes value = ToBytes(env, pair[1]);
    TF_SetAttrValueProto(description, key.c_str(), value.data, value.length, attributeStatus.status);
    if (TF_GetCode(attributeStatus.status) != TF_OK) break;
  }
  TF_Operation* operation = TF_FinishOperation(description, status.status);
  if (Failed(env, attributeStatus.status) || Failed(env, status.status)) return nullptr;

  const int count = TF_OperationNumOutputs(operation);
  napi_value outputs;
  napi_create_array_with_length(env, count, &outputs);
  for (int i = 0; i < count; ++i) {
    const TF_Output output{operation, i};
    const int rank = TF_GraphGetTensorNumDims(graph, output, status.status);
    std::vector<int64_t> dims(std::max(rank, 0));
    if (rank > 0) TF_GraphGetTensorShape(graph, output, dims.data(), rank, status.status);
    if (Failed(env, status.status)) return nullptr;
    napi_set_element(env, outputs, i, FromDtypeAndShape(env, TF_OperationOutputType(output), rank >= 0, dims));
  }
  return outputs;
}

// recordingAwait(handle, node name, [name of a node that must have run before it, …])
inline napi_value RecordingAwait(napi_env env, napi_callback_info info) {
  Arguments<3> arguments(env, info);
  TF_Graph* graph = FindRecording(env, arguments[0]);
  const std::string name = ToString(env, arguments[1]);
  const std::vector<std::string> awaited = ToStrings(env, arguments[2]);
  if (Threw(env)) return nullptr;
  TF_Operation* operation = TF_GraphOperationByName(graph, name.c_str());
  for (const auto& before : awaited) {
    TF_AddOperationControlInput(graph, operation, TF_GraphOperationByName(graph, before.c_str()));
  }
  return nullptr;
}

// recordingFinish(handle, function name, inputs, outputs, xla): the function joins the context, the recording ends.
inline napi_value RecordingFinish(napi_env env, napi_callback_info info) {
  Arguments<5> arguments(env, info);
  TF_Graph* graph = FindRecording(env, arguments[0]);
  const std::string name = ToString(env, arguments[1]);
  const std::vector<std::string> inputNames = ToStrings(env, arguments[2]);
  const std::vector<std::string> outputNames = ToStrings(env, arguments[3]);
  bool xla = false;
  napi_get_value_bool(env, arguments[4], &xla);
  if (Threw(env)) return nullptr;

  std::vector<TF_Output> inputs, outputs;
  for (const auto& input : inputNames) inputs.push_back(FindOutput(graph, input));
  for (const auto& output : outputNames) outputs.push_back(FindOutput(graph, output));
  TF_AutoStatus status;
  std::unique_ptr<TF_Function, decltype(&TF_DeleteFunction)> function(
      TF_GraphToFunction(graph, name.c_str(), /*append_hash_to_fn_name=*/0, /*num_opers=*/-1, nullptr, inputs.size(),
                         inputs.data(), outputs.size(), outputs.data(), nullptr, nullptr, nullptr, status.status),
      TF_DeleteFunction);
  TF_DeleteGraph(graph);
  Recordings().erase(ToInt(env, arguments[0]));
  if (Failed(env, status.status)) return nullptr;
  if (xla) {
    const char attrValueTrue[] = {0x28, 0x01};  // AttrValue { b: true }
    TF_FunctionSetAttrValueProto(function.get(), "_XlaMustCompile", attrValueTrue, sizeof attrValueTrue, status.status);
    if (Failed(env, status.status)) return nullptr;
  }
  TFE_ContextAddFunction(GetTFJSBackend(env)->tfe_context_, function.get(), status.status);
  Failed(env, status.status);
  return nullptr;
}

// recordingDiscard(handle)
inline napi_value RecordingDiscard(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  TF_Graph* graph = FindRecording(env, arguments[0]);
  if (graph == nullptr) return nullptr;
  TF_DeleteGraph(graph);
  Recordings().erase(ToInt(env, arguments[0]));
  return nullptr;
}

}  // namespace borealis
