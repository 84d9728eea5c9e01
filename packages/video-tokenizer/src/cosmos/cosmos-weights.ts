import { asFloat32, tensorOf } from '@borealis/safetensors';
import type { TensorData } from '@borealis/safetensors';
import { createRandom, namedLeaves, tf } from '@borealis/tensor';
import { nestParameters } from '@borealis/training';
import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import { cosmosConfigSchema } from './cosmos-config.ts';
import type { CosmosConfig } from './cosmos-config.ts';
import type { CosmosParameters } from './cosmos-parameters.ts';
import { cosmosShapes } from './parameter-shapes.ts';

/** Stored kernels are `[out in kt kh kw]`, ours `[kt kh kw in out]`. */
const TO_CHANNELS_LAST = [2, 3, 4, 1, 0];
const TO_STORED = [4, 3, 0, 1, 2];

/**
 * The sizes that tools/cosmos/convert_cosmos.py wrote into its file.
 *
 * @throws VideoTokenizerError `weights` where there are none, or none that can be
 */
export function cosmosConfigOf(metadata: Readonly<Record<string, string>>): CosmosConfig {
  const { config } = metadata;
  if (config === undefined) {
    const remedy = 'Name the preset, or convert the published TorchScript file.';
    throw new VideoTokenizerError('weights', `The file's metadata has no config. ${remedy}`);
  }
  try {
    return cosmosConfigSchema.parse(JSON.parse(config));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new VideoTokenizerError('weights', `The config in the file's metadata can't be read: ${detail}`, {
      cause,
    });
  }
}

/**
 * Parameters from a file of published weights, under the public code's names; any floating-point type. Dispose them.
 *
 * @throws VideoTokenizerError `weights` where a tensor is missing, foreign or of another shape
 */
export function cosmosParametersFrom(
  config: CosmosConfig,
  stored: ReadonlyMap<string, TensorData>,
): CosmosParameters {
  const shapes = cosmosShapes(config);
  const foreign = [...stored.keys()].find((name) => !shapes.has(name));
  if (foreign !== undefined) throw bad(`${foreign} is no tensor of this size of tokenizer`);
  for (const [name, shape] of shapes) {
    const found = stored.get(name);
    if (found === undefined) throw bad(`there is no tensor ${name}`);
    if (found.shape.join() === shape.join() && /F/.test(found.dtype)) continue;
    throw bad(
      `${name} is ${found.dtype} [${found.shape.join(', ')}], floats [${shape.join(', ')}] are needed`,
    );
  }
  const tensors = [...shapes].map(([name, shape]) => {
    const values = asFloat32(stored.get(name) ?? tensorOf(new Float32Array(0), [0]));
    return [name, tf.tidy(() => channelsLast(tf.tensor(values, [...shape])))] as const;
  });
  return nestParameters(Object.fromEntries(tensors)) as unknown as CosmosParameters; // all names have been checked
}

/** The parameters as they are published: what `cosmosParametersFrom` reads. */
export function cosmosWeightsOf(parameters: CosmosParameters): Map<string, TensorData> {
  const leaves = namedLeaves(parameters);
  return new Map(
    leaves.map(([name, tensor]) => {
      const stored = tf.tidy(() => (tensor.rank === 5 ? tf.transpose(tensor, TO_STORED) : tf.clone(tensor)));
      const data = tensorOf(stored.dataSync(), stored.shape);
      stored.dispose();
      return [name, data];
    }),
  );
}

/** Parameters before training: kernels normal by their number of inputs, gains 1, biases 0. */
export function initCosmos(config: CosmosConfig, seed: number): CosmosParameters {
  const random = createRandom(seed);
  const tensors = [...cosmosShapes(config)].map(([name, shape]) => {
    if (shape.length === 1) return [name, tf.fill([...shape], name.endsWith('norm.weight') ? 1 : 0)] as const;
    const inputs = shape.slice(1).reduce((a, b) => a * b, 1);
    const kernel = random.fork(name).normalTensor(shape, 1 / Math.sqrt(inputs));
    const turned = channelsLast(kernel);
    kernel.dispose();
    return [name, turned] as const;
  });
  return nestParameters(Object.fromEntries(tensors)) as unknown as CosmosParameters;
}

function channelsLast(stored: tf.Tensor): tf.Tensor {
  return stored.rank === 5 ? tf.transpose(stored, TO_CHANNELS_LAST) : stored;
}

function bad(problem: string): VideoTokenizerError {
  return new VideoTokenizerError(
    'weights',
    `These are no weights of this Cosmos tokenizer: ${problem}. Is it another preset's file?`,
  );
}
