import type { BlockParameters } from '@borealis/st-transformer';
import { block, norm } from '@borealis/st-transformer';
import type { Random } from '@borealis/tensor';
import { embedding, linearCrossEntropy, tf } from '@borealis/tensor';
import { trainingProgram } from '../../programs/training-program.ts';
import { codeData } from '../code-data.ts';
import { inputNamed } from '../input-named.ts';
import { inputsBut } from '../inputs-but.ts';
import { normData } from '../layer-data.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';
import type { StBlockSizes } from './st-block-data.ts';
import { stBlockData } from './st-block-data.ts';

export interface StTrainingSizes extends StBlockSizes {
  readonly layers: number;
  readonly classes: number;
}

type StParameters = {
  /** `[classes c]`: embeds, and predicts */
  readonly embedding: { readonly weight: tf.Tensor };
  /** `[1 t s c]` */
  readonly positions: tf.Tensor;
  readonly layers: Readonly<Record<string, BlockParameters>>;
  readonly norm_out: BlockParameters['norm2'];
};

type Batch = { readonly tokens: tf.Tensor; readonly targets: tf.Tensor };

const SIZES: StTrainingSizes = {
  times: 2,
  places: 512,
  channels: 512,
  heads: 8,
  mlpRatio: 4,
  layers: 4,
  classes: 64_000,
};
/**
 * Low: the gradients of keys' biases are 0 but for rounding (the softmax doesn't see them), and AdamW takes steps of about
 * this size along whatever there is.
 */
const RATE = 3e-4;
const WEIGHT_DECAY = 0.05;
const EMBEDDING_DEVIATION = 0.02;

/** A training step of a small ST-transformer: cross-entropy over all codes and AdamW. */
export function stTrainingRow(sizes: StTrainingSizes = SIZES): BenchRow {
  const { times, places, channels, heads, mlpRatio, layers, classes } = sizes;
  const shape = `[b t s c] = [1 ${times} ${places} ${channels}], ${heads} heads, MLP ×${mlpRatio}`;
  const table = (random: Random, size: readonly number[]) =>
    normalData(random, size, { deviation: EMBEDDING_DEVIATION });
  return {
    name: 'st-training',
    what: `ST-transformer of ${layers} layers, ${classes} classes, ${shape}: loss, gradients, AdamW`,
    precisions: ['f32', 'bf16'],
    settings: { heads, layers, rate: RATE, weightDecay: WEIGHT_DECAY },
    inputs: (random) =>
      new Map([
        ['tokens', codeData(random, [1, times, places], classes)],
        ['targets', codeData(random, [1, times, places], classes)],
        ['embedding.weight', table(random, [classes, channels])],
        ['positions', table(random, [1, times, places, channels])],
        ...Array.from({ length: layers }, (_, i) => stBlockData(random, sizes, `layers.${i}.`)).flat(),
        ...normData(random, 'norm_out', channels),
      ]),
    peerVariants: [{ name: 'loss in parts', variant: { lossInParts: true } }],
    comparedRuns: 3,
    tolerance: { f32: 1e-3, bf16: 1e-1 },
    build: (inputs, options) =>
      trainingProgram({
        ...options,
        loss: (parameters, batch: Batch) => lossOf(parameters as unknown as StParameters, batch, heads),
        parameters: inputsBut(inputs, ['tokens', 'targets']),
        batch: { tokens: inputNamed(inputs, 'tokens'), targets: inputNamed(inputs, 'targets') },
        rate: RATE,
        weightDecay: WEIGHT_DECAY,
      }),
  };
}

function lossOf(p: StParameters, { tokens, targets }: Batch, heads: number): tf.Tensor {
  let x = tf.add(embedding(tokens, p.embedding.weight), p.positions); // [b t s c]
  for (const layer of Object.values(p.layers)) x = block(x, layer, { heads });
  const hidden = tf.reshape(norm(x, p.norm_out), [targets.size, x.shape.at(-1) as number]);
  return linearCrossEntropy(hidden, p.embedding.weight, tf.reshape(targets, [targets.size])).mean;
}
