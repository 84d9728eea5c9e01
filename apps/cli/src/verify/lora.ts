import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors } from '@borealis/safetensors';
import { compile, tf } from '@borealis/tensor';
import type { LinearLayer, LoraAdapter, LoraForm, NamedTensors, Parameters } from '@borealis/training';
import {
  attachLora,
  disposeNamed,
  isLoraFactor,
  loraLinear,
  mergeLora,
  nameParameters,
  nestParameters,
  partition,
  readLora,
  splitLora,
  valueAndGradients,
  writeLora,
} from '@borealis/training';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { configOf, numbersOf, parseJson } from './golden.ts';
import { produce, tensorsUnder, toTensor } from './golden-tensors.ts';
import type { Produced, VerifierOptions } from './verifier.ts';
import { caseInputs, ditConfigOf, goldenParameters, sampleAndGradients } from './wan-dit.ts';

const linearSchema = z.object({ alpha: z.number(), rank: z.int() });

/** `lora_linear`: one layer, its merged weight, and the gradients of the factors. */
export function* verifyLoraLinear(golden: Golden, { precision }: VerifierOptions): Iterable<Produced> {
  const { alpha, rank } = configOf(golden, linearSchema);
  const config = { r: rank, lora_alpha: alpha };
  const named = golden.names('weights.');
  const stored = (prefix: string) =>
    new Map(
      named.filter((name) => name.startsWith(prefix)).map((name) => [name, golden.tensor(`weights.${name}`)]),
    );
  const base = nestParameters(
    partition(tensorsUnder(golden, 'weights.'), (name) => name.startsWith('linear.')).kept,
  );
  const adapted = attachLora(base, readLora({ tensors: stored('base_model.model.'), config }));
  const run = compile(
    (trainable: NamedTensors, frozen: NamedTensors, x: tf.Tensor) => {
      const y = (parameters: Parameters) => loraLinear(x, parameters['linear'] as unknown as LinearLayer);
      const loss = (parameters: Parameters) => ({ loss: tf.mean(tf.square(y(parameters))), logs: {} });
      const { gradients } = valueAndGradients(loss, { trainable, frozen, batch: [] });
      return { adapted: y(nestParameters({ ...frozen, ...trainable })), base: y(base), gradients };
    },
    { name: 'lora_linear', precision },
  );
  const { kept, rest } = partition(nameParameters(adapted), isLoraFactor);
  const outputs = run(kept, rest, toTensor(golden.tensor('inputs.x')));
  run.dispose();
  yield produce('outputs.adapted', outputs.adapted);
  yield produce('outputs.base', outputs.base);
  for (const [name, gradient] of Object.entries(outputs.gradients))
    yield produce(`grads.base_model.model.${name}`, gradient);
  yield* mergedWeights(adapted, ['linear']);
}

const ditSchema = z.object({ adapter_files: z.array(z.string()) });

/** `lora_dit`: the transformer without and with the adapter that lies beside the file, in each form that it lies there. */
export async function* verifyLoraDit(
  golden: Golden,
  { precision }: VerifierOptions,
): AsyncIterable<Produced> {
  const config = ditConfigOf(golden);
  const base = goldenParameters(golden, config);
  const run = compile(
    (named: NamedTensors, timesteps: tf.Tensor) => sampleAndGradients(config, named, timesteps),
    { name: 'lora_dit', precision },
  );
  const samples = function* (
    named: NamedTensors,
    label: 'base' | 'adapted',
    by?: string,
  ): Iterable<Produced> {
    for (const name of ['per_token', 'scalar'] as const) {
      const { latents, text, timesteps } = caseInputs(golden, name);
      const all = { ...named, 'inputs.latent': latents, 'inputs.text': text };
      const { sample, loss, gradients } = run(all, timesteps);
      yield produce(`outputs.${label}.${name}.sample`, sample, by);
      yield produce(`outputs.${label}.${name}.loss`, loss, by);
      if (label === 'adapted') yield* factorGradients(gradients, name, by);
      disposeNamed({ latents, text, timesteps });
    }
  };
  yield* samples(base, 'base');
  for (const file of configOf(golden, ditSchema).adapter_files) {
    const form = file.includes('peft') ? 'peft' : 'diffusers';
    const adapted = attachLora(nestParameters(base), await adapterIn(golden.directory, file, form));
    yield* samples(nameParameters(adapted), 'adapted', form);
    const wanted = golden.names('outputs.merged.').map((name) => name.replace(/\.weight$/, ''));
    yield* mergedWeights(adapted, wanted, form);
  }
  run.dispose();
}

function* factorGradients(gradients: NamedTensors, name: string, by?: string): Iterable<Produced> {
  for (const [path, gradient] of Object.entries(gradients)) {
    const laidOut = path === 'inputs.latent' ? tf.transpose(gradient, [0, 4, 1, 2, 3]) : gradient;
    yield produce(`grads.${name}.${path}`, laidOut, by);
  }
}

function* mergedWeights(adapted: Parameters, layers: readonly string[], by?: string): Iterable<Produced> {
  const merged = nameParameters(mergeLora(adapted));
  for (const layer of layers) {
    const weight = merged[`${layer}.weight`];
    if (weight !== undefined) yield produce(`outputs.merged.${layer}.weight`, tf.clone(weight), by);
  }
  disposeNamed(merged);
}

/** `lora_dit_adapter_…`: the adapter read, put on the model it is for, taken off it and stored again. */
export async function* verifyAdapterFile(golden: Golden): AsyncIterable<Produced> {
  const form = golden.stem.includes('peft') ? 'peft' : 'diffusers';
  const adapter = await adapterIn(golden.directory, golden.file, form);
  const layers = Object.keys(adapter).filter((name) => name.endsWith('.lora_A.weight'));
  const base = layers.map((name): [string, tf.Tensor] => {
    const layer = name.slice(0, -'.lora_A.weight'.length);
    const [out = 0, into = 0] = [adapter[`${layer}.lora_B.weight`]?.shape[0], adapter[name]?.shape[1]];
    return [`${layer}.weight`, tf.zeros([out, into])];
  });
  const attached = attachLora(nestParameters(Object.fromEntries(base)), adapter);
  const { tensors } = writeLora(splitLora(attached).adapter, form);
  for (const [name, stored] of tensors) yield { name, shape: stored.shape, values: numbersOf(stored) };
  disposeNamed(nameParameters(attached));
}

/** An adapter as `diffusers` or `peft` wrote it; what peft says of it lies in a file of its own. */
async function adapterIn(directory: string, file: string, form: LoraForm): Promise<LoraAdapter> {
  const path = join(directory, file);
  const { tensors, metadata } = await readSafetensors(path);
  if (form === 'diffusers') return readLora({ tensors, metadata });
  const beside = path.replace(/\.safetensors$/, '_config.json');
  return readLora({ tensors, config: parseJson(await readFile(beside, 'utf8'), beside) });
}
