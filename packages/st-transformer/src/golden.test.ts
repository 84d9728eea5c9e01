import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asFloat32, readSafetensors } from '@borealis/safetensors';
import { compile, startTrainingBackend, tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { nestParameters, valueAndGradients } from '@borealis/training';
import { beforeAll, expect, test } from 'vitest';
import type { BlockParameters } from './block.ts';
import { block, spatialAttention, temporalAttention } from './block.ts';
import { mlp } from './mlp.ts';
import { norm } from './norm.ts';

/** Every tensor of tests/goldens/st_transformer.safetensors, held to tolerances.json. */
const folder = new URL('../../../tests/goldens/', import.meta.url);
const rules: { files: { st_transformer: [string, number, number][] } } = JSON.parse(
  readFileSync(new URL('tolerances.json', folder), 'utf8'),
);
const file = await readSafetensors(fileURLToPath(new URL('st_transformer.safetensors', folder)));
const config: {
  readonly d_model: number;
  readonly num_heads: number;
  readonly variants: Readonly<Record<string, { readonly use_mup: boolean }>>;
} = JSON.parse(file.metadata['config'] ?? '{}');

type Weights = { readonly layers: Readonly<Record<string, BlockParameters>> };

beforeAll(async () => {
  await startTrainingBackend();
});

test.each(Object.entries(config.variants))('%s: every layer and every gradient', (variant, { use_mup }) => {
  const depth = config.d_model / config.num_heads;
  const options = { heads: config.num_heads, scale: use_mup ? 8 / depth : 1 / Math.sqrt(depth) };
  const forward = (parameters: Parameters) => {
    const { layers, inputs } = parameters as Weights & { readonly inputs: { readonly x: tf.Tensor } };
    const outputs: Record<string, tf.Tensor> = {};
    let y = inputs.x; // [b t s c]
    for (const [i, p] of Object.entries(layers)) {
      Object.assign(outputs, prefixed(`layers.${i}.`, partsOf(y, p, options)));
      y = block(y, p, options);
      outputs[`layers.${i}`] = y;
    }
    return { outputs, y };
  };
  const run = compile((trainable: Record<string, tf.Tensor>) => {
    const { outputs, y } = forward(nestParameters(trainable));
    const lossOf = (p: Parameters) => ({ loss: tf.mean(tf.square(forward(p).y)), logs: {} });
    const { loss, gradients } = valueAndGradients(lossOf, { trainable, frozen: {}, batch: [] });
    return { outputs: { ...outputs, y, loss }, gradients };
  });
  const { outputs, gradients } = run({
    ...tensorsUnder(`weights.${variant}.`),
    'inputs.x': stored('inputs.x'),
  });
  const got: Record<string, tf.Tensor> = {
    ...prefixed(`outputs.${variant}.`, outputs),
    ...prefixed(`grads.${variant}.`, gradients),
  };
  const wanted = [...file.tensors.keys()].filter((name) =>
    [`outputs.${variant}.`, `grads.${variant}.`].some((prefix) => name.startsWith(prefix)),
  );
  expect(wanted.length).toBeGreaterThan(0);
  for (const name of wanted) expectClose(name, got[name]);
});

/** What the three parts of a layer add, in the reference's layouts: `[b·t s c]`, `[b·s t c]`, `[b·s t c]`. */
function partsOf(
  x: tf.Tensor,
  p: BlockParameters,
  options: { readonly heads: number; readonly scale: number },
): Record<string, tf.Tensor> {
  const [b, t, s, c] = x.shape as [number, number, number, number];
  const byPlace = (y: tf.Tensor) => tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [b * s, t, c]);
  const spatial = spatialAttention(norm(x, p.norm1), p.spatial_attn, options);
  const between = tf.add(x, spatial);
  const temporal = temporalAttention(norm(between, p.temporal_norm), p.temporal_attn, options);
  const added = mlp(norm(tf.add(between, temporal), p.norm2), p.mlp);
  return {
    spatial_attn: tf.reshape(spatial, [b * t, s, c]),
    temporal_attn: byPlace(temporal),
    mlp: byPlace(added),
  };
}

function expectClose(name: string, got: tf.Tensor | undefined): void {
  if (got === undefined) throw new Error(`${name} has not been computed`);
  const rule = rules.files.st_transformer.find(([pattern]) => new RegExp(pattern).test(name));
  if (rule === undefined) throw new Error(`no tolerance for ${name}`);
  const want = stored(name);
  expect(got.shape, name).toEqual(want.shape);
  const worst = tf.max(tf.abs(tf.sub(got, want))).dataSync()[0];
  const largest = tf.max(tf.abs(want)).dataSync()[0] ?? NaN;
  expect(worst, name).toBeLessThanOrEqual(rule[1] + rule[2] * largest);
}

function stored(name: string): tf.Tensor {
  const data = file.tensors.get(name);
  if (data === undefined) throw new Error(`the goldens have no ${name}`);
  return tf.tensor(asFloat32(data), [...data.shape]);
}

function tensorsUnder(prefix: string): Record<string, tf.Tensor> {
  const names = [...file.tensors.keys()].filter((name) => name.startsWith(prefix));
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), stored(name)]));
}

function prefixed(prefix: string, tensors: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}
