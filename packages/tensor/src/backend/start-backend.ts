import * as tf from '@tensorflow/tfjs-core';
import { intercept } from '../compile/interception.ts';
import { TensorError } from '../errors.ts';
import { isExtended } from '../native/binding.ts';
import { loadBackend } from '../native/load-binding.ts';
import type { EngineInstall } from '../provision/engine-install.ts';
import { findEngine } from '../provision/find-engine.ts';
import { setActiveInterception } from './active-backend.ts';

export interface BackendOptions {
  /** `auto` takes TensorFlow where it is provisioned, else WASM. Default `auto`. */
  readonly backend?: 'auto' | 'tensorflow' | 'wasm';
  /** Told once where something slower than the native engine is used. Default: a line on standard error. */
  readonly onNotice?: (message: string) => void;
}

/** What computes, for logs and `borealis doctor`. */
export interface BackendInfo {
  readonly backend: 'tensorflow' | 'wasm';
  readonly tensorflowVersion: string | undefined;
  /** Whether functions are recorded and replayed whole, or run op by op. */
  readonly compiles: boolean;
  /** Whether gradients exist for all that training needs. */
  readonly trains: boolean;
  readonly device: 'cpu' | 'gpu';
  /** Instruction set that our own operations use; undefined where functions are composed of the backend's. */
  readonly kernels: string | undefined;
  readonly engine: EngineInstall | undefined;
}

let started: Promise<BackendInfo> | undefined;

/**
 * Starts the backend of this thread, once: later calls return what the first one started.
 *
 * @throws TensorError `ENGINE_MISSING` where TensorFlow was asked for and is not provisioned (`borealis setup` does it)
 */
export function startBackend(options: BackendOptions = {}): Promise<BackendInfo> {
  started ??= start(options).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

/** @throws TensorError `ENGINE_UNSUPPORTED` where the running backend can't train: it says what is missing. */
export async function startTrainingBackend(options: BackendOptions = {}): Promise<BackendInfo> {
  const info = await startBackend({ ...options, backend: options.backend ?? 'tensorflow' });
  if (info.trains) return info;
  throw new TensorError(
    'ENGINE_UNSUPPORTED',
    'training needs TensorFlow; the WASM backend lacks the gradients of embeddings and convolutions. Run `borealis setup`',
  );
}

async function start(options: BackendOptions): Promise<BackendInfo> {
  const wanted = options.backend ?? 'auto';
  const notice = options.onNotice ?? ((message: string) => console.error(message));
  const engine = wanted === 'wasm' ? undefined : findEngine();
  if (engine !== undefined) return startTensorFlow(engine, notice);
  if (wanted === 'tensorflow') {
    throw new TensorError(
      'ENGINE_MISSING',
      'TensorFlow is not provisioned on this machine: run `borealis setup`',
    );
  }
  if (wanted === 'auto') {
    notice(
      'TensorFlow is not provisioned: computing with WebAssembly, many times slower. `borealis setup` mends that.',
    );
  }
  return startWasm();
}

async function startTensorFlow(
  engine: EngineInstall,
  notice: (message: string) => void,
): Promise<BackendInfo> {
  const backend = loadBackend(engine.addonPath);
  await tf.setBackend('tensorflow');
  const { binding } = backend;
  const compiles = isExtended(binding);
  if (isExtended(binding)) setActiveInterception(intercept(backend, binding));
  else notice('tfjs-node’s own TensorFlow is in use: functions run op by op, slower than compiled.');
  const onGpu = binding.isUsingGpuDevice();
  return {
    backend: 'tensorflow',
    tensorflowVersion: binding.TF_Version,
    compiles,
    trains: true,
    device: onGpu ? 'gpu' : 'cpu',
    kernels: isExtended(binding) && !onGpu ? binding.kernelInstructions() : undefined,
    engine,
  };
}

async function startWasm(): Promise<BackendInfo> {
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) {
    throw new TensorError('ENGINE_UNSUPPORTED', 'the WASM backend did not start in this JavaScript engine');
  }
  return {
    backend: 'wasm',
    tensorflowVersion: undefined,
    compiles: false,
    trains: false,
    device: 'cpu',
    kernels: undefined,
    engine: undefined,
  };
}
