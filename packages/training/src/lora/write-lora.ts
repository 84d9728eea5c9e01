import type { TensorData } from '@borealis/safetensors';
import { tensorOf } from '@borealis/safetensors';
import { TrainingError } from '../errors.ts';
import type { LoraAdapter } from './lora-adapter.ts';
import type { LoraForm, StoredLora } from './lora-form.ts';
import { METADATA_KEY, PREFIXES } from './lora-form.ts';
import { isLoraFactor, layerOfLoraName, LORA_A, LORA_SCALING } from './lora-names.ts';

/**
 * An adapter as files to write: for peft `config` belongs into `adapter_config.json`, beside the tensors. Reads the data, so
 * never while recording.
 *
 * @throws TrainingError `LORA_LAYERS` where the adapter is empty
 */
export function writeLora(adapter: LoraAdapter, form: LoraForm): Required<StoredLora> {
  const prefix = PREFIXES[form];
  const config = settingsOf(adapter);
  const prefixed = Object.fromEntries(Object.entries(config).map(([key, value]) => [prefix + key, value]));
  const inMetadata = { [METADATA_KEY]: JSON.stringify(prefixed, null, 2) };
  return {
    tensors: new Map(
      Object.entries(adapter)
        .filter(([name]) => isLoraFactor(name))
        .map(([name, factor]): [string, TensorData] => [
          prefix + name,
          tensorOf(factor.dataSync(), factor.shape),
        ]),
    ),
    metadata: { format: 'pt', ...(form === 'diffusers' ? inMetadata : {}) },
    config,
  };
}

interface LayerSettings {
  readonly layer: string;
  readonly rank: number;
  readonly alpha: number;
}

/** peft's LoraConfig: rank and alpha are the first layer's, others where they differ go into the patterns. */
function settingsOf(adapter: LoraAdapter): Readonly<Record<string, unknown>> {
  const layers = layersOf(adapter);
  const [first] = layers;
  if (first === undefined)
    throw new TrainingError('LORA_LAYERS', 'the adapter is empty: there is nothing to store');
  const others = (key: 'rank' | 'alpha') => {
    const differing = layers.filter((each) => each[key] !== first[key]);
    return Object.fromEntries(differing.map((each) => [each.layer, each[key]]));
  };
  return {
    peft_type: 'LORA',
    r: first.rank,
    lora_alpha: first.alpha,
    rank_pattern: others('rank'),
    alpha_pattern: others('alpha'),
    target_modules: layers.map(({ layer }) => layer),
    lora_dropout: 0,
    bias: 'none',
    use_rslora: false,
    use_dora: false,
    fan_in_fan_out: false,
    inference_mode: true,
  };
}

function layersOf(adapter: LoraAdapter): LayerSettings[] {
  return Object.entries(adapter)
    .filter(([name]) => name.endsWith(`.${LORA_A}`))
    .map(([name, factor]) => {
      const layer = layerOfLoraName(name);
      const [rank] = factor.shape as [number, number];
      const scaling = adapter[`${layer}.${LORA_SCALING}`]?.dataSync()[0] ?? NaN;
      return { layer, rank, alpha: Number((scaling * rank).toPrecision(7)) }; // float32 has no more digits
    });
}
