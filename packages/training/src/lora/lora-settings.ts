import { z } from 'zod';
import { TrainingError } from '../errors.ts';
import type { StoredLora } from './lora-form.ts';
import { METADATA_KEY, PREFIXES } from './lora-form.ts';

const pattern = z.record(z.string(), z.number()).nullish();

/** What of peft's LoraConfig decides the numbers; other variants of LoRA are refused, other keys left alone. */
const settingsSchema = z.object({
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

export type LoraSettings = z.infer<typeof settingsSchema>;

/** @throws TrainingError `LORA_FORM` */
export function parseSettings(config: unknown): LoraSettings {
  const result = settingsSchema.safeParse(config);
  if (result.success) return result.data;
  throw new TrainingError(
    'LORA_FORM',
    `the adapter's configuration is wrong:\n${z.prettifyError(result.error)}`,
  );
}

/**
 * What diffusers wrote into the safetensors file, or undefined where it wrote nothing.
 *
 * @throws TrainingError `LORA_FORM`
 */
export function settingsInMetadata(metadata: StoredLora['metadata']): LoraSettings | undefined {
  const text = metadata?.[METADATA_KEY];
  if (text === undefined) return undefined;
  const prefix = PREFIXES.diffusers;
  const entries = Object.entries(parseObject(text)).map(([key, value]) => [
    key.startsWith(prefix) ? key.slice(prefix.length) : key,
    value,
  ]);
  return parseSettings(Object.fromEntries(entries));
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (cause) {
    throw new TrainingError('LORA_FORM', `the metadata key ${METADATA_KEY} holds no JSON object`, { cause });
  }
}

/**
 * alpha / r of a layer, or what rank-stabilised LoRA puts in its place (Kalajdzievski 2023).
 *
 * @throws TrainingError `LORA_FORM` where the layer is not of the rank that the settings say
 */
export function scalingOf(settings: LoraSettings, layer: string, rank: number): number {
  const wanted = forLayer(settings.rank_pattern, layer) ?? settings.r;
  if (wanted !== rank) {
    throw new TrainingError('LORA_FORM', `${layer} has rank ${rank}, its configuration says ${wanted}`);
  }
  const alpha = forLayer(settings.alpha_pattern, layer) ?? settings.lora_alpha;
  return alpha / (settings.use_rslora === true ? Math.sqrt(rank) : rank);
}

/** A key is a regular expression for the whole path of a layer or its last parts (peft's `get_pattern_key`). */
function forLayer(values: LoraSettings['rank_pattern'], layer: string): number | undefined {
  const key = Object.keys(values ?? {}).find((key) => patternOf(key).test(layer));
  return key === undefined ? undefined : values?.[key];
}

function patternOf(key: string): RegExp {
  try {
    return new RegExp(`^(.*\\.)?(${key})$`);
  } catch (cause) {
    throw new TrainingError('LORA_FORM', `the pattern ${key} of the adapter is no regular expression`, {
      cause,
    });
  }
}
