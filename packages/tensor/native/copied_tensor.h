// Tensors from typed arrays own their memory. The binding would share an array's where it is aligned as TensorFlow likes it,
// and drop its reference to the array on whichever thread lets the tensor go: from one of TensorFlow's that destroys V8's
// handles, and the next object to use such a handle is collected while in use.
#pragma once

#include <cstring>

#include "tensorflow/c/c_api.h"

namespace borealis {

/** As TF_NewTensor, of a copy: `deallocate` is called at once, on the calling thread. */
inline TF_Tensor* NewCopiedTensor(TF_DataType dtype, const int64_t* shape, int rank, void* data, size_t bytes,
                                  void (*deallocate)(void*, size_t, void*), void* argument) {
  TF_Tensor* tensor = TF_AllocateTensor(dtype, shape, rank, bytes);
  if (bytes > 0) std::memcpy(TF_TensorData(tensor), data, bytes);
  deallocate(data, bytes, argument);
  return tensor;
}

}  // namespace borealis
