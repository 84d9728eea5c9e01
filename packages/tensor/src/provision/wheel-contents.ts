/**
 * What is taken out of the wheels; everything else (Python code, 268 MB of headers) is left.
 * Whoever needs another TensorFlow header adds its folder here: the library's folder in the cache is named after
 * this list, too, so it is unpacked anew.
 */
export const WHEEL_CONTENTS: readonly string[] = [
  // TensorFlow: its whole C API is exported by the first of these libraries.
  '^tensorflow/libtensorflow_(cc|framework)\\.so\\.2$',
  '^tensorflow/include/tensorflow/c/.*\\.h$',
  '^tensorflow/include/tensorflow/core/platform/ctstring[^/]*\\.h$',
  '^tensorflow/include/tsl/platform/ctstring[^/]*\\.h$',
  '^tensorflow/include/(xla/)?tsl/c/.*\\.h$',
  '^tensorflow/include/absl/.*\\.(h|inc)$',
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
];
