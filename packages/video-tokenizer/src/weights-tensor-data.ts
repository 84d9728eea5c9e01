import { createHash } from 'node:crypto';
import { asFloat32, tensorOf } from '@borealis/safetensors';
import type { TensorData } from '@borealis/safetensors';
import { blockFsqConfigSchema } from './block/block-fsq-weights.ts';
import type { BlockFsqConfig, BlockFsqWeights } from './block/block-fsq-weights.ts';
import { BLOCK_NUMBERS, GRID_KINDS } from './block/block-geometry.ts';
import { featureCount } from './block/neighbourhood.ts';
import { VideoTokenizerError } from './video-tokenizer-error.ts';

/** What a safetensors file of a tokenizer holds. */
export interface WeightsTensorData {
  readonly tensors: Map<string, TensorData>;
  /** `config`: JSON text; `contentHash`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Names and shapes of the tensors that a config asks for. */
function shapesOf({ levels }: BlockFsqConfig): [string, number[]][] {
  const k = levels.length;
  return [
    ['mean', [BLOCK_NUMBERS]],
    ['basis', [BLOCK_NUMBERS, k]],
    ['centers', [k]],
    ['scales', [k]],
    ['values', [levels.reduce((a, b) => a + b, 0)]],
    ...GRID_KINDS.map(({ kind, frames }): [string, number[]] => [
      `decoders.${kind}`,
      [featureCount(kind, k), frames * BLOCK_NUMBERS],
    ]),
  ];
}

/** Weights as tensors and metadata for a safetensors file. The tensors share memory with the weights. */
export function toTensorData(weights: BlockFsqWeights): WeightsTensorData {
  const { config, mean, basis, centers, scales, values, decoders } = weights;
  const [first, second, third] = decoders;
  const arrays = [mean, basis, centers, scales, values, first, second, third];
  const tensors = new Map(
    shapesOf(config).map(([name, shape], i) => [name, tensorOf(arrays[i] ?? new Float32Array(), shape)]),
  );
  return { tensors, metadata: { config: JSON.stringify(config), contentHash: hashOf(config, tensors) } };
}

/**
 * SHA-256 (hex) of config and numbers: what says which tokenizer tokens were made with.
 */
export function contentHash(weights: BlockFsqWeights): string {
  return hashOf(weights.config, toTensorData(weights).tensors);
}

/**
 * Weights from what `toTensorData` made.
 *
 * @throws VideoTokenizerError `weights` where the config or a tensor is missing, foreign, of another shape, not
 * finite, or where the numbers are not those that the content hash was taken of
 */
export function fromTensorData({ tensors, metadata }: WeightsTensorData): BlockFsqWeights {
  const config = readConfig(metadata['config']);
  const shapes = shapesOf(config);
  const foreign = [...tensors.keys()].filter((name) => !shapes.some(([known]) => known === name));
  if (foreign.length > 0) throw bad(`there are foreign tensors: ${foreign.join(', ')}`);
  const arrays = new Map(shapes.map(([name, shape]) => [name, readArray(tensors.get(name), name, shape)]));
  const found = hashOf(config, new Map(shapes.map(([name, shape]) => [name, tensorOf(array(name), shape)])));
  if (metadata['contentHash'] !== found) {
    throw bad(`its content hash is ${found}, its metadata says ${metadata['contentHash'] ?? 'none'}`);
  }
  return {
    config,
    mean: array('mean'),
    basis: array('basis'),
    centers: array('centers'),
    scales: array('scales'),
    values: array('values'),
    decoders: [array('decoders.0'), array('decoders.1'), array('decoders.2')],
  };

  function array(name: string): Float32Array {
    const values = arrays.get(name);
    if (values === undefined) throw bad(`there is no tensor ${name}`);
    return values;
  }
}

function readConfig(text: string | undefined): BlockFsqConfig {
  if (text === undefined) throw bad('its metadata has no config');
  try {
    return blockFsqConfigSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw bad(`its config can't be read: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function readArray(tensor: TensorData | undefined, name: string, shape: readonly number[]): Float32Array {
  if (tensor === undefined) throw bad(`there is no tensor ${name}`);
  if (tensor.dtype !== 'F32' || tensor.shape.join() !== shape.join()) {
    throw bad(`${name} is ${tensor.dtype} [${tensor.shape.join(', ')}], F32 [${shape.join(', ')}] is needed`);
  }
  const values = asFloat32(tensor);
  const place = values.findIndex((value) => !Number.isFinite(value));
  if (place !== -1) throw bad(`${name} has ${values[place]} at place ${place}`);
  return values;
}

function hashOf(config: BlockFsqConfig, tensors: ReadonlyMap<string, TensorData>): string {
  const { kind, version, levels, basis } = config;
  const hash = createHash('sha256').update(JSON.stringify({ kind, version, levels, basis }));
  for (const [name, { shape, data }] of tensors) hash.update(`\0${name}[${shape.join()}]`).update(data);
  return hash.digest('hex');
}

function bad(problem: string, cause?: unknown): VideoTokenizerError {
  const message = `These are no weights of a block FSQ tokenizer: ${problem}.`;
  return new VideoTokenizerError('weights', message, cause === undefined ? undefined : { cause });
}
