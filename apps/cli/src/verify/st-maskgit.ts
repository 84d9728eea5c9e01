import {
  asGenieParameters,
  createGenieGenerator,
  genieConfigOf,
  genieLogits,
  genieLoss,
} from '@borealis/st-transformer';
import type { GenieBatch, GenieConfig } from '@borealis/st-transformer';
import { compile, tf } from '@borealis/tensor';
import type { NamedTensors, Parameters } from '@borealis/training';
import { disposeNamed, nestParameters, valueAndGradients } from '@borealis/training';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { configOf, numbersOf } from './golden.ts';
import { produce, tensorsUnder, toTensor } from './golden-tensors.ts';
import type { Produced, VerifierOptions } from './verifier.ts';

const configSchema = z.object({ model: z.unknown(), maskgit_steps: z.int(), prompt_frames: z.int() });

/** `st_maskgit`: the GENIE form of @borealis/st-transformer: logits, masked loss, gradients, one grid filled in. */
export function* verifyStMaskgit(golden: Golden, options: VerifierOptions): Iterable<Produced> {
  const { model, ...settings } = configOf(golden, configSchema);
  const config = genieConfigOf(model);
  const weights = tensorsUnder(golden, 'weights.');
  yield* masked(golden, { config, weights, ...options });
  yield* filled(golden, { config, weights, ...settings, ...options });
  disposeNamed(weights);
}

interface Model extends VerifierOptions {
  readonly config: GenieConfig;
  readonly weights: NamedTensors;
}

function* masked(golden: Golden, { config, weights, precision }: Model): Iterable<Produced> {
  const shape = [-1, config.timeSteps, config.places];
  const batch = tf.tidy(() => ({
    inputs: tf.reshape(toTensor(golden.tensor('inputs.input_ids')), shape),
    labels: tf.reshape(toTensor(golden.tensor('inputs.labels')), shape),
  }));
  const run = compile((trainable: NamedTensors, given: GenieBatch) => evaluate(config, trainable, given), {
    name: 'genie_loss',
    precision,
  });
  const { logits, loss, logs, gradients } = run(weights, batch);
  tf.dispose([batch]);
  run.dispose();
  yield produce('outputs.logits', logits);
  yield produce('outputs.loss', loss);
  for (const [name, value] of Object.entries(logs)) yield produce(`outputs.${name}`, value);
  for (const [name, gradient] of Object.entries(gradients)) yield produce(`grads.${name}`, gradient);
}

/** Logits in the reference's layout, `[b (digit value) t h w]`; the gradients by the function that training takes them with. */
function evaluate(config: GenieConfig, trainable: NamedTensors, given: GenieBatch) {
  const logits = genieLogits(config, asGenieParameters(config, nestParameters(trainable)), given.inputs);
  const [b = 1, t = 1, s = 1] = logits.shape;
  const grids = tf.reshape(logits, [b, t, Math.sqrt(s), Math.sqrt(s), logits.size / (b * t * s)]);
  const lossOf = (parameters: Parameters) => genieLoss(config, parameters, given);
  const { loss, logs, gradients } = valueAndGradients(lossOf, { trainable, frozen: {}, batch: [] });
  return { logits: tf.transpose(grids, [0, 4, 1, 2, 3]), loss, logs: { ...logs }, gradients };
}

function* filled(
  golden: Golden,
  options: Model & { readonly maskgit_steps: number; readonly prompt_frames: number },
): Iterable<Produced> {
  const { config, weights, maskgit_steps: steps, prompt_frames: count, precision } = options;
  const prompt = golden.tensor('inputs.generate.prompt');
  const [b = 0, t = 0, height = 0, width = 0] = prompt.shape;
  const codes = Int32Array.from(numbersOf(prompt));
  const sequences = Array.from({ length: b }, (_, i) => {
    const from = i * t * config.places;
    return { data: codes.slice(from, from + count * config.places), count, height, width };
  });
  const generator = createGenieGenerator(config, nestParameters(weights), { precision });
  const grids = generator.nextGrid(sequences, { steps, keep: 'confident' });
  generator.dispose();
  const frame = grids.flatMap((grid) => [...grid.codes]);
  yield { name: 'outputs.generate.frame', shape: [b, height, width], values: frame };
  const logits = tf.tidy(() => {
    const each = grids.map((grid) => tf.reshape(tf.tensor(grid.logits), [height, width, config.digits, -1]));
    return tf.transpose(tf.stack(each), [0, 4, 3, 1, 2]);
  });
  yield produce('outputs.generate.first_logits', logits);
}
