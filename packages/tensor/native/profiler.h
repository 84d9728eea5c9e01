// TensorFlow's profiler: what each thread and device executed, and when. It has no C API. What it takes of the C++ one is
// declared here as libtensorflow_framework exports it, instead of taking TensorFlow's and protobuf's headers out of the
// wheel for four calls; the messages are only passed on, as memory that is larger than they are.
#pragma once

#include "absl/status/status.h"

#include "js_values.h"

namespace google::protobuf {
class Arena;
class MessageLite {
 public:
  bool ParseFromArray(const void* data, int size);
  std::string SerializeAsString() const;
};
}  // namespace google::protobuf

namespace tensorflow {
class ProfileOptions {
 public:
  explicit ProfileOptions(google::protobuf::Arena* arena);
  ~ProfileOptions();
  google::protobuf::MessageLite& Message() { return *reinterpret_cast<google::protobuf::MessageLite*>(memory_); }

 private:
  alignas(16) char memory_[4096];
};

namespace profiler {
class XSpace {
 public:
  explicit XSpace(google::protobuf::Arena* arena);
  ~XSpace();
  google::protobuf::MessageLite& Message() { return *reinterpret_cast<google::protobuf::MessageLite*>(memory_); }

 private:
  alignas(16) char memory_[4096];
};
}  // namespace profiler
}  // namespace tensorflow

namespace tsl {
class ProfilerSession {
 public:
  // Weak: a library without it still loads.
  static std::unique_ptr<ProfilerSession> Create(const tensorflow::ProfileOptions& options) __attribute__((weak));
  absl::Status CollectData(tensorflow::profiler::XSpace* space) __attribute__((weak));
  ~ProfilerSession() __attribute__((weak));
  static void operator delete(void* memory) { ::operator delete(memory); }  // its size isn't known here
};
}  // namespace tsl

namespace borealis {

// One for the process: it sees all threads.
inline std::unique_ptr<tsl::ProfilerSession>& RunningProfiler() {
  static std::unique_ptr<tsl::ProfilerSession> session;
  return session;
}

// profilerStart(ProfileOptions)
inline napi_value ProfilerStart(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const Bytes bytes = ToBytes(env, arguments[0]);
  if (Threw(env)) return nullptr;
  if (&tsl::ProfilerSession::Create == nullptr) {
    napi_throw_error(env, nullptr, "this TensorFlow library exports no profiler");
    return nullptr;
  }
  if (RunningProfiler() != nullptr) {
    napi_throw_error(env, nullptr, "a profile is being taken already in this process");
    return nullptr;
  }
  tensorflow::ProfileOptions options(nullptr);
  if (!options.Message().ParseFromArray(bytes.data, static_cast<int>(bytes.length))) {
    napi_throw_error(env, nullptr, "the profiler's options can't be read");
    return nullptr;
  }
  RunningProfiler() = tsl::ProfilerSession::Create(options);
  return nullptr;
}

// profilerStop() -> XSpace
inline napi_value ProfilerStop(napi_env env, napi_callback_info) {
  const std::unique_ptr<tsl::ProfilerSession> session = std::move(RunningProfiler());
  if (session == nullptr) {
    napi_throw_error(env, nullptr, "no profile is being taken");
    return nullptr;
  }
  tensorflow::profiler::XSpace space(nullptr);
  const absl::Status status = session->CollectData(&space);
  if (!status.ok()) {
    napi_throw_error(env, nullptr, std::string(status.message()).c_str());
    return nullptr;
  }
  const std::string bytes = space.Message().SerializeAsString();
  return FromBytes(env, bytes.data(), bytes.size());
}

}  // namespace borealis
