import type { TensorData } from '@borealis/safetensors';

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

export const PREFIXES: Readonly<Record<LoraForm, string>> = {
  diffusers: 'transformer.',
  peft: 'base_model.model.',
};

/** The key of a safetensors file's metadata under which diffusers keeps an adapter's configuration. */
export const METADATA_KEY = 'lora_adapter_metadata';
