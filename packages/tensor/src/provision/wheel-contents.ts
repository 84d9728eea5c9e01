/**
 * What is taken out of the wheels; everything else (Python code, most of 290 MB of headers) is left.
 * Whoever needs another TensorFlow header adds its folder here: the library's folder in the cache is named after
 * this list, too, so it is unpacked anew.
 */
export const WHEEL_CONTENTS: readonly string[] = [
  // TensorFlow: its whole C API is exported by the first of these libraries.
  '^tensorflow/libtensorflow_(cc|framework)\\.so\\.2$',
  '^tensorflow/include/tensorflow/c/.*\\.h$',
  // What an operation of one's own includes.
  '^tensorflow/include/tensorflow/core/(framework|lib|platform|protobuf|util)/.*\\.h$',
  '^tensorflow/include/(xla/)?tsl/.*\\.h$',
  '^tensorflow/include/(absl|google/protobuf)/.*\\.(h|inc)$',
  '^tensorflow/include/(unsupported/)?Eigen/',
  '^tensorflow/include/ml_dtypes/.*\\.h$',
  // NVIDIA's libraries, and what XLA compiles for GPUs with. TensorFlow looks for them in $ORIGIN/../nvidia.
  '^nvidia/[^/]+/(lib|bin|nvvm)/',
  // Licences travel with what they license.
  '^[^/]+\\.dist-info/(METADATA|LICENSE[^/]*|licenses/.*|License[^/]*)$',
  '^tensorflow/(THIRD_PARTY_NOTICES\\.txt|include/LICENSE)$',
];

/** Files without which nothing can be built. */
export const REQUIRED_FILES: readonly string[] = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/c/c_api.h',
  'tensorflow/include/tensorflow/c/eager/c_api.h',
  'tensorflow/include/tensorflow/core/framework/op_kernel.h',
];
