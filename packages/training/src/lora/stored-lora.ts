import type { TensorData } from '@borealis/safetensors';
import { asFloat32, tensorOf } from '@borealis/safetensors';
import { tf } from '@borealis/tensor';
import { z } from 'zod';
import { TrainingError } from '../errors.ts';
import { disposeNamed } from '../parameters/parameters.ts';
import type { LoraAdapter } from './lora-adapter.ts';
import { isLoraFactor, layerOfLoraName, LORA_A, LORA_B, LORA_SCALING } from './lora-names.ts';

/** How adapters are stored: as diffusers' `save_lora_weights` does, or as peft's `save_pretrained`. */
export type LoraForm = 'diffusers' | 'peft';

/** An adapter's files as plain data. */
export interface StoredLora {
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** The safetensors file's; diffusers keeps rank and alpha here, as JSON text under `lora_adapter_metadata`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** peft's `adapter_config.json`, parsed. */
  readonly config?: unknown;
}

const PREFIXES: Readonly<Record<LoraForm, string>> = {
  diffusers: 'transformer.',
  peft: 'base_model.model.',
};

/** The key of a safetensors file's metadata under which diffusers keeps an adapter's configuration. */
const METADATA_KEY = 'lora_adapter_metadata';

const pattern = z.record(z.string(), z.number()).nullish();

/** What of peft's LoraConfig decides the numbers; other variants of LoRA are refused, other keys left alone. */
const configSchema = z.object({
  r: z.int().positive(),
  lora_alpha: z.number(),
  rank_pattern: pattern,
  alpha_pattern: pattern,
  use_rslora: z.boolean().nullish(),
  use_dora: z.literal(false, 'weight-decomposed adapters (DoRA) are not supported').nullish(),
  bias: z.literal('none', 'adapters that train biases are not supported').nullish(),
  lora_bias: z.literal(false, 'adapters with biases are not supported').nullish(),
  fan_in_fan_out: z.literal(false, 'transposed weights are not supported').nullish(),
});

/**
 * An adapter from its files, in whichever of the two forms; a configuration that says nothing means alpha = r, as diffusers
 * takes it. The caller disposes the tensors.
 *
 * @throws TrainingError `LORA_FORM`
 */
export function readLora({ tensors, metadata, config }: StoredLora): LoraAdapter {
  const form = (['diffusers', 'peft'] as const).find((name) =>
    [...tensors.keys()].every((key) => key.startsWith(PREFIXES[name]) && isLoraFactor(key)),
  );
  if (form === undefined || tensors.size === 0) {
    const [first] = [...tensors.keys()].filter((key) => !isLoraFactor(key));
    throw new TrainingError(
      'LORA_FORM',
      `${first ?? [...tensors.keys()][0] ?? 'nothing'} is not what an adapter holds: expected names such as ` +
        `transformer.<layer>.${LORA_A} (diffusers) or base_model.model.<layer>.${LORA_A} (peft)`,
    );
  }
  if (form === 'peft' && config === undefined) {
    throw new TrainingError(
      'LORA_FORM',
      "rank and alpha of peft's form are in adapter_config.json: give it as config",
    );
  }
  const prefix = PREFIXES[form];
  const settings = parseSettings(form === 'peft' ? config : fromMetadata(metadata));
  const adapter: Record<string, tf.Tensor> = {};
  for (const [key, stored] of tensors) {
    const name = key.slice(prefix.length);
    adapter[name] = tf.tensor(asFloat32(stored), [...stored.shape]);
    const layer = layerOfLoraName(name);
    if (!name.endsWith(`.${LORA_A}`)) continue;
    const rank = stored.shape[0] ?? 0;
    adapter[`${layer}.${LORA_SCALING}`] = tf.scalar(scalingOf(settings, layer, rank));
  }
  const half = Object.keys(adapter).find((name) =>
    [LORA_A, LORA_B].some((part) => !(`${layerOfLoraName(name)}.${part}` in adapter)),
  );
  if (half === undefined) return adapter;
  disposeNamed(adapter);
  throw new TrainingError('LORA_FORM', `${half} is there, but not the other of the layer's two factors`);
}

/** Reads the data, so never while recording. Layers of differing rank or alpha are written into the patterns. */
export function writeLora(adapter: LoraAdapter, form: LoraForm): Required<StoredLora> {
  const prefix = PREFIXES[form];
  const tensors = new Map<string, TensorData>();
  const layers: { readonly layer: string; readonly rank: number; readonly alpha: number }[] = [];
  for (const [name, tensor] of Object.entries(adapter)) {
    const layer = layerOfLoraName(name);
    if (isLoraFactor(name)) tensors.set(prefix + name, tensorOf(tensor.dataSync(), tensor.shape));
    if (!name.endsWith(`.${LORA_A}`)) continue;
    const [rank] = tensor.shape as [number, number];
    const scaling = adapter[`${layer}.${LORA_SCALING}`]?.dataSync()[0] ?? NaN;
    layers.push({ layer, rank, alpha: Number((scaling * rank).toPrecision(7)) }); // float32 has no more digits
  }
  const { rank, alpha } = usualOf(layers);
  const others = (key: 'rank' | 'alpha', usual: number) =>
    Object.fromEntries(layers.filter((each) => each[key] !== usual).map((each) => [each.layer, each[key]]));
  const config = {
    peft_type: 'LORA',
    r: rank,
    lora_alpha: alpha,
    rank_pattern: others('rank', rank),
    alpha_pattern: others('alpha', alpha),
    target_modules: layers.map(({ layer }) => layer),
    lora_dropout: 0,
    bias: 'none',
    use_rslora: false,
    use_dora: false,
    fan_in_fan_out: false,
    inference_mode: true,
  };
  const prefixed = Object.fromEntries(Object.entries(config).map(([key, value]) => [prefix + key, value]));
  const metadata = form === 'diffusers' ? { [METADATA_KEY]: JSON.stringify(prefixed, null, 2) } : {};
  return { tensors, metadata: { format: 'pt', ...metadata }, config };
}

/** Rank and alpha of the first layer; the others' where they differ go into the patterns. */
function usualOf(layers: readonly { readonly rank: number; readonly alpha: number }[]) {
  const [first] = layers;
  if (first === undefined)
    throw new TrainingError('LORA_LAYERS', 'the adapter is empty: there is nothing to store');
  return first;
}

type Settings = z.infer<typeof configSchema>;

function scalingOf(settings: Settings | undefined, layer: string, rank: number): number {
  if (settings === undefined) return 1;
  const wanted = forLayer(settings.rank_pattern, layer) ?? settings.r;
  if (wanted !== rank) {
    throw new TrainingError('LORA_FORM', `${layer} has rank ${rank}, its configuration says ${wanted}`);
  }
  const alpha = forLayer(settings.alpha_pattern, layer) ?? settings.lora_alpha;
  return alpha / (settings.use_rslora === true ? Math.sqrt(rank) : rank);
}

/** A key is the whole path of a layer or its last parts (peft's regular expressions are not read as such). */
function forLayer(
  values: Readonly<Record<string, number>> | null | undefined,
  layer: string,
): number | undefined {
  const key = Object.keys(values ?? {}).find((key) => layer === key || layer.endsWith(`.${key}`));
  return key === undefined ? undefined : values?.[key];
}

function fromMetadata(metadata: StoredLora['metadata']): unknown {
  const text = metadata?.[METADATA_KEY];
  if (text === undefined) return undefined;
  const prefixed = parseObject(text);
  const prefix = PREFIXES.diffusers;
  return Object.fromEntries(
    Object.entries(prefixed).map(([key, value]) => [
      key.startsWith(prefix) ? key.slice(prefix.length) : key,
      value,
    ]),
  );
}

function parseObject(text: string): object {
  try {
    return z.looseObject({}).parse(JSON.parse(text));
  } catch (cause) {
    throw new TrainingError('LORA_FORM', `the metadata key ${METADATA_KEY} holds no JSON object`, { cause });
  }
}

function parseSettings(config: unknown): Settings | undefined {
  if (config === undefined) return undefined;
  const result = configSchema.safeParse(config);
  if (result.success) return result.data;
  throw new TrainingError(
    'LORA_FORM',
    `the adapter's configuration is wrong:\n${z.prettifyError(result.error)}`,
  );
}
