import type { TensorData } from '@borealis/safetensors';
import { asFloat32 } from '@borealis/safetensors';
import { tf } from '@borealis/tensor';
import { TrainingError } from '../errors.ts';
import type { LoraAdapter } from './lora-adapter.ts';
import type { LoraForm, StoredLora } from './lora-form.ts';
import { PREFIXES } from './lora-form.ts';
import { isLoraFactor, layerOfLoraName, LORA_A, LORA_B, LORA_SCALING } from './lora-names.ts';
import { parseSettings, scalingOf, settingsInMetadata } from './lora-settings.ts';

/**
 * An adapter from its files, in whichever of the two forms; diffusers' form without a configuration means alpha = r, as
 * diffusers takes it. The caller disposes the tensors.
 *
 * @throws TrainingError `LORA_FORM`
 */
export function readLora({ tensors, metadata, config }: StoredLora): LoraAdapter {
  const form = formOf(tensors);
  if (form === 'peft' && config === undefined) {
    throw new TrainingError(
      'LORA_FORM',
      "rank and alpha of peft's form are in adapter_config.json: give it as config",
    );
  }
  const settings = form === 'peft' ? parseSettings(config) : settingsInMetadata(metadata);
  const prefix = PREFIXES[form];
  const factors = [...tensors].map(([key, stored]) => [key.slice(prefix.length), stored] as const);
  const scalings = scalingsOf(new Map(factors), settings);
  return Object.fromEntries([
    ...factors.map(([name, stored]) => [name, tf.tensor(asFloat32(stored), [...stored.shape])] as const),
    ...scalings.map(([layer, scaling]) => [`${layer}.${LORA_SCALING}`, tf.scalar(scaling)] as const),
  ]);
}

function formOf(tensors: StoredLora['tensors']): LoraForm {
  const keys = [...tensors.keys()];
  const form = (['diffusers', 'peft'] as const).find((name) =>
    keys.every((key) => key.startsWith(PREFIXES[name]) && isLoraFactor(key)),
  );
  if (form !== undefined && keys.length > 0) return form;
  const strange = keys.find((key) => !isLoraFactor(key)) ?? keys[0] ?? 'nothing';
  throw new TrainingError(
    'LORA_FORM',
    `${strange} is not what an adapter holds: expected names such as transformer.<layer>.${LORA_A} (diffusers) or ` +
      `base_model.model.<layer>.${LORA_A} (peft)`,
  );
}

/** Of each layer, both of whose factors must be there. */
function scalingsOf(
  factors: ReadonlyMap<string, TensorData>,
  settings: ReturnType<typeof settingsInMetadata>,
): (readonly [layer: string, scaling: number])[] {
  const layers = new Set([...factors.keys()].map(layerOfLoraName));
  return [...layers].map((layer) => {
    const [down, up] = [LORA_A, LORA_B].map((part) => factors.get(`${layer}.${part}`));
    if (down === undefined || up === undefined) {
      const missing = down === undefined ? LORA_A : LORA_B;
      throw new TrainingError(
        'LORA_FORM',
        `of the adapter of ${layer} there is one factor, but not the other, ${missing}`,
      );
    }
    return [layer, settings === undefined ? 1 : scalingOf(settings, layer, down.shape[0] ?? 0)];
  });
}
