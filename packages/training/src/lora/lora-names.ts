import { TrainingError } from '../errors.ts';

/** The three leaves of an adapter, beside the weight of its layer. */
export const LORA_A = 'lora_A.weight';
export const LORA_B = 'lora_B.weight';
export const LORA_SCALING = 'lora_scaling';

const SUFFIX = new RegExp(`\\.(${[LORA_A, LORA_B, LORA_SCALING].join('|').replaceAll('.', '\\.')})$`);

/** Whether a parameter belongs to an adapter. */
export function isLoraName(name: string): boolean {
  return SUFFIX.test(name);
}

/** Whether a parameter belongs to an adapter and trains: a factor, not the scaling. */
export function isLoraFactor(name: string): boolean {
  return isLoraName(name) && !name.endsWith(`.${LORA_SCALING}`);
}

/** The layer of an adapter's parameter: `blocks.0.to_q.lora_A.weight` → `blocks.0.to_q`. */
export function layerOfLoraName(name: string): string {
  return name.replace(SUFFIX, '');
}

/**
 * The layers that a list of names means, each of which must mean at least one: a name is a whole path, or its last parts
 * (peft: `to_q` means every layer that ends in `.to_q`).
 *
 * @param candidates paths of layers that may be adapted
 * @throws TrainingError `LORA_LAYERS` where a name matches no layer, or there is none to adapt
 */
export function matchLayers(candidates: readonly string[], wanted: 'all' | readonly string[]): string[] {
  if (candidates.length === 0) throw new TrainingError('LORA_LAYERS', 'the model has no layer to adapt');
  if (wanted === 'all') return [...candidates];
  const means = (name: string, layer: string) => layer === name || layer.endsWith(`.${name}`);
  for (const name of wanted) {
    if (candidates.some((layer) => means(name, layer))) continue;
    const examples = candidates.slice(0, 3).join(', ');
    throw new TrainingError(
      'LORA_LAYERS',
      `${JSON.stringify(name)} matches none of the ${candidates.length} layers that can be adapted (${examples}, …): ` +
        'an adapter there would change nothing',
    );
  }
  return candidates.filter((layer) => wanted.some((name) => means(name, layer)));
}
