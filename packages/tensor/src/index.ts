export * as tf from '@tensorflow/tfjs-core';
export type { BackendInfo, BackendOptions } from './backend/start-backend.ts';
export { startBackend, startTrainingBackend } from './backend/start-backend.ts';
export type { Compiled, CompileOptions } from './compile/compile.ts';
export { compile } from './compile/compile.ts';
export type { Recording } from './compile/record-function.ts';
export type { TensorErrorCode } from './errors.ts';
export { TensorError } from './errors.ts';
export type { StorageDtype } from './half/storage-dtype.ts';
export { storageDtype } from './half/storage-dtype.ts';
export { toBfloat16 } from './half/to-bfloat16.ts';
export { toFloat32 } from './half/to-float32.ts';
export type { LoadedTensors, LoadTensorsOptions } from './loading/load-tensors.ts';
export { loadTensors } from './loading/load-tensors.ts';
export type { SaveTensorsOptions } from './loading/save-tensors.ts';
export { saveTensors } from './loading/save-tensors.ts';
export { tensorSource } from './loading/tensor-source.ts';
export type { MemoryUse } from './memory.ts';
export { memoryUse } from './memory.ts';
export type { AdamWConstants, AdamWState, AdamWUpdateScalars } from './ops/adamw-update.ts';
export { adamwUpdate } from './ops/adamw-update.ts';
export { attention } from './ops/attention/attention.ts';
export type { AttentionOptions } from './ops/attention/attention-options.ts';
export type { MultiHeadOptions } from './ops/attention/multi-head-attention.ts';
export { multiHeadAttention, packedAttention } from './ops/attention/multi-head-attention.ts';
export { causalConv3d } from './ops/causal-conv3d.ts';
export { conv1d } from './ops/conv1d.ts';
export type { CrossEntropyOptions } from './ops/cross-entropy.ts';
export { crossEntropy } from './ops/cross-entropy.ts';
export { dropout } from './ops/dropout.ts';
export { embedding } from './ops/embedding.ts';
export { gelu, geluTanh, silu } from './ops/gelu.ts';
export type { LayerNormWeights } from './ops/layer-norm.ts';
export { layerNorm } from './ops/layer-norm.ts';
export { linear } from './ops/linear.ts';
export type { Modulation } from './ops/modulate.ts';
export { modulate } from './ops/modulate.ts';
export { rmsNorm } from './ops/rms-norm.ts';
export { sumOfSquares } from './ops/sum-of-squares.ts';
export type { Random, RandomState } from './random/random.ts';
export { createRandom } from './random/random.ts';
export { recompute } from './recompute/recompute.ts';
export type { TensorTree } from './tree/tensor-tree.ts';
export { flatten, mapTree, namedLeaves, unflatten } from './tree/tensor-tree.ts';
export { cacheDirectory } from './provision/cache-directory.ts';
export { EngineError } from './provision/engine-error.ts';
export type { EngineErrorReason } from './provision/engine-error.ts';
export type {
  EngineChoice,
  EngineInstall,
  ProvisionOptions,
  ProvisionProgress,
} from './provision/engine-install.ts';
export { findEngine } from './provision/find-engine.ts';
export { provisionEngine } from './provision/provision-engine.ts';
export { verifyEngine } from './provision/verify-engine.ts';
export { gpuPresent } from './provision/gpu-present.ts';
export type { Prerequisites } from './provision/prerequisites.ts';
export { findPrerequisites } from './provision/prerequisites.ts';
