import { createRequire, Module } from 'node:module';
import util from 'node:util';
import type * as tfCore from '@tensorflow/tfjs-core';
import type { BaseBinding, Binding, TensorMetadata } from './binding.ts';

/** What a tensor of the node backend is backed by; `values` are set until the data is first needed natively. */
export interface TensorRecord {
  shape: number[];
  dtype: number;
  id: number;
  values: ArrayLike<number> | null;
  refCount: number;
}

/** The parts of tfjs-node's kernel backend that recording has to see. */
export interface NodeBackend {
  binding: Binding;
  readonly tensorMap: { get(dataId: object): TensorRecord; has(dataId: object): boolean };
  getDTypeInteger(dtype: tfCore.DataType): number;
  getInputTensorIds(tensors: readonly tfCore.TensorInfo[]): number[];
  createOutputTensor(metadata: TensorMetadata): tfCore.Tensor;
  readSync(dataId: object): Float32Array | Int32Array | Uint8Array;
  move(
    dataId: object,
    values: ArrayLike<number> | null,
    shape: number[],
    dtype: tfCore.DataType,
    refCount: number,
  ): void;
}

interface NodePackage {
  backend(): NodeBackend;
}

/**
 * Loads `@tensorflow/tfjs-node-gpu` on the addon at `addonPath` and returns its backend, whose `binding` is a plain
 * object: the addon's own properties are read-only, and recording intercepts calls.
 */
export function loadBackend(addonPath: string): NodeBackend {
  const require = createRequire(import.meta.url);
  // tfjs-node 4.22 calls these two, which Node deprecates and has dropped from 23 on.
  Object.assign(util, {
    isArray: (value: unknown) => Array.isArray(value),
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  });
  pointLocatorAt(addonPath, require);

  const tfjsNode = require('@tensorflow/tfjs-node-gpu') as NodePackage;
  const backend = tfjsNode.backend();
  backend.binding = plainCopy(backend.binding);
  return backend;
}

/** tfjs-node asks node-pre-gyp where its addon lies (inside node_modules); ours lies in the cache. */
function pointLocatorAt(addonPath: string, require: NodeJS.Require): void {
  const packageRequire = createRequire(require.resolve('@tensorflow/tfjs-node-gpu'));
  const locator = packageRequire.resolve('@mapbox/node-pre-gyp');
  const stub = new Module(locator);
  stub.exports = { find: () => addonPath };
  stub.loaded = true;
  require.cache[locator] = stub;
}

function plainCopy(addon: Binding): Binding {
  const copy: Record<string, unknown> = {};
  const source = addon as unknown as Record<string, unknown>;
  for (const key of Object.getOwnPropertyNames(addon)) {
    const value = source[key];
    copy[key] = typeof value === 'function' ? (value.bind(addon) as unknown) : value;
  }
  return copy as unknown as BaseBinding;
}
