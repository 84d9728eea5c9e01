// Parts of files become tensors: read by several threads straight into TensorFlow's memory while JavaScript goes on.
// By pread, not by mapping: a file that shrinks gives an error then, not a signal, and what was read stays as it was.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <thread>

#include "element_conversion.h"
#include "js_values.h"

namespace borealis {

constexpr int64_t kReadChunkBytes = 4 << 20;
// What has to be converted is read in pieces that stay in the cache.
constexpr int64_t kConvertedPieceBytes = 256 << 10;
constexpr int64_t kHugePageBytes = 2 << 20;

// Fresh memory comes page by page, each of them an interruption; by large pages, where the system has them, that takes a
// fraction of the time. Neighbours in the same large pages get them, too.
inline void AdviseHugePages(void* data, int64_t length) {
  if (length < kHugePageBytes / 2) return;
  const uintptr_t begin = reinterpret_cast<uintptr_t>(data) & -kHugePageBytes;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + length + kHugePageBytes - 1) & -kHugePageBytes;
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

// A tensor that lies in a file.
struct StoredTensor {
  int fd = -1;
  int64_t position = 0;
  const Conversion* conversion = nullptr;
  std::vector<int64_t> shape;
  int64_t elements = 1;
  TF_Tensor* tensor = nullptr;
  TFE_TensorHandle* handle = nullptr;
  std::once_flag allocated;
  std::atomic<int64_t> chunksLeft{0};

  int64_t StoredBytes() const { return elements * conversion->storedBytes; }
  int64_t HeldBytes() const { return elements * static_cast<int64_t>(TF_DataTypeSize(conversion->held)); }
};

struct ReadFailure {
  size_t tensor = 0;
  std::string reason;   // ends, system, range, memory, tensorflow
  int64_t at = 0;       // byte of the file; for range the element
  int systemError = 0;
  std::string detail;
};

class Reading {
 public:
  Reading(TFJSBackend* backend, size_t count, int threads) : tensors(count), backend_(backend), threads_(threads) {}
  ~Reading() {
    for (StoredTensor& stored : tensors) {
      if (stored.tensor != nullptr) TF_DeleteTensor(stored.tensor);
      if (stored.handle != nullptr) TFE_DeleteTensorHandle(stored.handle);
    }
  }
  Reading(const Reading&) = delete;

  // Returns when everything is read or something failed; uses the calling thread, too.
  void Run() {
    for (size_t i = 0; i < tensors.size(); ++i) {
      const int64_t bytes = tensors[i].StoredBytes();
      int64_t offset = 0;
      do {
        chunks_.push_back({i, offset, std::min(kReadChunkBytes, bytes - offset)});
        ++tensors[i].chunksLeft;
      } while ((offset += kReadChunkBytes) < bytes);
    }
    std::vector<std::thread> others;
    try {
      while (others.size() + 1 < std::min<size_t>(threads_, chunks_.size())) {
        others.emplace_back([this] { Work(); });
      }
    } catch (const std::system_error&) {
      // No more threads to be had: those that there are do it.
    }
    Work();
    for (std::thread& other : others) other.join();
  }

  bool Failed() const { return failed_; }
  const ReadFailure& Failure() const { return failure_; }

  std::vector<StoredTensor> tensors;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;

 private:
  struct Chunk {
    size_t tensor;
    int64_t offset;
    int64_t length;
  };

  void Work() {
    std::vector<uint64_t> piece;  // aligned for every element type
    for (size_t i = next_++; i < chunks_.size() && !failed_; i = next_++) {
      const Chunk& chunk = chunks_[i];
      try {
        ReadChunk(chunk, piece);
      } catch (const std::bad_alloc&) {
        Fail({chunk.tensor, "memory"});
      }
    }
  }

  void ReadChunk(const Chunk& chunk, std::vector<uint64_t>& piece) {
    StoredTensor& stored = tensors[chunk.tensor];
    std::call_once(stored.allocated, [&stored] {
      stored.tensor = TF_AllocateTensor(stored.conversion->held, stored.shape.data(), static_cast<int>(stored.shape.size()),
                                        stored.HeldBytes());
      if (stored.tensor != nullptr) AdviseHugePages(TF_TensorData(stored.tensor), stored.HeldBytes());
    });
    auto* data = stored.tensor == nullptr ? nullptr : static_cast<uint8_t*>(TF_TensorData(stored.tensor));
    if (data == nullptr && chunk.length > 0) return Fail({chunk.tensor, "memory"});
    const Conversion& conversion = *stored.conversion;
    if (conversion.convert == nullptr) {
      if (!ReadFully(chunk.tensor, chunk.offset, data + chunk.offset, chunk.length)) return;
    } else {
      piece.resize(kConvertedPieceBytes / sizeof(uint64_t));
      const int64_t heldSize = static_cast<int64_t>(TF_DataTypeSize(conversion.held));
      for (int64_t done = 0; done < chunk.length; done += kConvertedPieceBytes) {
        const int64_t length = std::min(kConvertedPieceBytes, chunk.length - done);
        if (!ReadFully(chunk.tensor, chunk.offset + done, piece.data(), length)) return;
        const int64_t first = (chunk.offset + done) / conversion.storedBytes;
        const int64_t misfit = conversion.convert(piece.data(), data + first * heldSize, length / conversion.storedBytes);
        if (misfit >= 0) return Fail({chunk.tensor, "range", first + misfit});
      }
    }
    if (--stored.chunksLeft == 0) Finish(chunk.tensor);
  }

  bool ReadFully(size_t tensor, int64_t offset, void* target, int64_t length) {
    const StoredTensor& stored = tensors[tensor];
    int64_t done = 0;
    while (done < length && !failed_) {
      const int64_t position = stored.position + offset + done;
      const ssize_t got = pread(stored.fd, static_cast<uint8_t*>(target) + done, length - done, position);
      if (got > 0) {
        done += got;
      } else if (got == 0) {
        Fail({tensor, "ends", position});
      } else if (errno != EINTR) {
        Fail({tensor, "system", position, errno});
      }
    }
    return done == length;
  }

  // As the binding does with tensors from JavaScript: all but int32, which most GPU kernels expect in host memory, go to
  // the device; on a CPU that shares the data.
  void Finish(size_t index) {
    StoredTensor& stored = tensors[index];
    TF_AutoStatus status;
    stored.handle = TFE_NewTensorHandle(stored.tensor, status.status);
    TF_DeleteTensor(stored.tensor);
    stored.tensor = nullptr;
    if (TF_GetCode(status.status) == TF_OK && stored.conversion->held != TF_INT32) {
      TFE_TensorHandle* host = stored.handle;
      stored.handle = TFE_TensorHandleCopyToDevice(host, backend_->tfe_context_, backend_->device_name.c_str(), status.status);
      TFE_DeleteTensorHandle(host);
    }
    if (TF_GetCode(status.status) != TF_OK) Fail({index, "tensorflow", 0, 0, TF_Message(status.status)});
  }

  void Fail(ReadFailure failure) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!failed_) failure_ = std::move(failure);
    failed_ = true;
  }

  TFJSBackend* const backend_;
  const int threads_;
  std::vector<Chunk> chunks_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  ReadFailure failure_;
};

inline napi_value ReadError(napi_env env, const ReadFailure& failure) {
  napi_value message, error, value;
  napi_create_string_utf8(env, failure.detail.c_str(), NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, nullptr, message, &error);
  napi_set_named_property(env, error, "tensor", FromInt(env, static_cast<int64_t>(failure.tensor)));
  napi_create_string_utf8(env, failure.reason.c_str(), NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, error, "reason", value);
  napi_set_named_property(env, error, "at", FromInt(env, failure.at));
  napi_set_named_property(env, error, "systemError", FromInt(env, failure.systemError));
  return error;
}

inline void ExecuteReading(napi_env, void* data) { static_cast<Reading*>(data)->Run(); }

inline void CompleteReading(napi_env env, napi_status status, void* data) {
  const std::unique_ptr<Reading> reading(static_cast<Reading*>(data));
  napi_delete_async_work(env, reading->work);
  if (status != napi_ok) return;  // the environment is going down
  if (reading->Failed()) {
    napi_reject_deferred(env, reading->deferred, ReadError(env, reading->Failure()));
    return;
  }
  napi_value outputs;
  if (napi_create_array_with_length(env, reading->tensors.size(), &outputs) != napi_ok) return;
  TFJSBackend* backend = GetTFJSBackend(env);
  for (size_t i = 0; i < reading->tensors.size(); ++i) {
    napi_set_element(env, outputs, i, backend->GenerateOutputTensorInfo(env, reading->tensors[i].handle));
    reading->tensors[i].handle = nullptr;
  }
  napi_resolve_deferred(env, reading->deferred, outputs);
}

inline bool ToStoredTensor(napi_env env, napi_value request, StoredTensor* stored) {
  const auto property = [env, request](const char* name) {
    napi_value value;
    if (napi_get_named_property(env, request, name, &value) != napi_ok) napi_get_undefined(env, &value);
    return value;
  };
  stored->fd = ToInt(env, property("fd"));
  napi_get_value_int64(env, property("position"), &stored->position);
  const std::string dtype = ToString(env, property("stored"));
  const int32_t held = ToInt(env, property("dtype"));
  for (napi_value dimension : ToArray(env, property("shape"))) {
    int64_t size = 0;
    napi_get_value_int64(env, dimension, &size);
    stored->shape.push_back(size);
    stored->elements *= size;
  }
  if (Threw(env)) return false;
  stored->conversion = FindConversion(dtype, static_cast<TF_DataType>(held));
  if (stored->conversion != nullptr) return true;
  napi_throw_error(env, nullptr, (dtype + " can't be held as TF_DataType " + std::to_string(held)).c_str());
  return false;
}

// readTensors([{fd, position, stored: dtype of the file, dtype, shape}, …], threads) -> Promise<[{id, dtype, shape}, …]>
// Chunks are read in the order of the tensors. Fails as a whole, with an error that says in `tensor` (an index),
// `reason`, `at` and `systemError` what failed; nothing is left then.
inline napi_value ReadTensors(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  const std::vector<napi_value> requests = ToArray(env, arguments[0]);
  const int32_t threads = ToInt(env, arguments[1]);
  if (Threw(env)) return nullptr;
  auto reading = std::make_unique<Reading>(GetTFJSBackend(env), requests.size(), threads);
  for (size_t i = 0; i < requests.size(); ++i) {
    if (!ToStoredTensor(env, requests[i], &reading->tensors[i])) return nullptr;
  }
  napi_value promise, name;
  napi_create_promise(env, &reading->deferred, &promise);
  napi_create_string_utf8(env, "borealis.readTensors", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, nullptr, name, ExecuteReading, CompleteReading, reading.get(), &reading->work);
  napi_queue_async_work(env, reading->work);
  reading.release();
  return promise;
}

}  // namespace borealis
