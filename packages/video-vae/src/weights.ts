import type { TensorSource } from '@borealis/safetensors';
import { streamSafetensors, tensorOf, toBfloat16 as roundToBfloat16 } from '@borealis/safetensors';
import { loadTensors, storageDtype, tf, toBfloat16 } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { disposeNamed, nameParameters, nestParameters } from '@borealis/training';
import type { VideoVaeConfig } from './config.ts';
import { VideoVaeError } from './errors.ts';
import { parameterSpecs } from './parameter-specs.ts';
import { toMemory, toPublished } from './published-layout.ts';

/** `diffusers`: the names of our own parameters. `original`: those of Wan2.2 vae2_2.py. */
export type WeightLayout = 'diffusers' | 'original';

export interface LoadParametersOptions {
  /** What becomes of bfloat16: held in 2 bytes a number, or widened (default). */
  readonly hold?: 'as-stored' | 'float32';
}

/**
 * Reads parameters from a safetensors file, or a set of shards by its index, in either layout.
 *
 * @throws VideoVaeError `WEIGHTS` where one is missing, too many, or of another shape; what `loadTensors` throws
 */
export async function loadParameters(
  config: VideoVaeConfig,
  path: string,
  { hold = 'float32' }: LoadParametersOptions = {},
): Promise<Parameters> {
  const { tensors } = await loadTensors(path, { hold });
  const layout = tensors.has('conv1.weight') ? 'original' : 'diffusers';
  const named: Record<string, tf.Tensor> = {};
  try {
    for (const [name, shape] of Object.entries(parameterSpecs(config))) {
      const stored = nameIn(layout, name, config);
      const tensor = tensors.get(stored);
      if (tensor === undefined) throw wrongFile(path, layout, `${stored} is missing`);
      if (tensor.shape.join() !== shape.join())
        throw wrongFile(path, layout, `${stored} is [${tensor.shape.join(', ')}], not [${shape.join(', ')}]`);
      named[name] = held(tensor);
      tensors.delete(stored);
      tensor.dispose();
    }
    const [unknown] = tensors.keys();
    if (unknown !== undefined) throw wrongFile(path, layout, `${unknown} is none of its parameters`);
  } catch (error) {
    disposeNamed(named);
    throw error;
  } finally {
    tf.dispose([...tensors.values()]);
  }
  return nestParameters(named);
}

/** In our layout, as wide in memory as it was. */
function held(stored: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const moved = toMemory(stored);
    return storageDtype(stored) === 'bfloat16' && storageDtype(moved) !== 'bfloat16'
      ? toBfloat16(moved)
      : moved;
  });
}

export interface SaveParametersOptions {
  /** Default `diffusers`. */
  readonly layout?: WeightLayout;
  /** Default `F32`. */
  readonly dtype?: 'F32' | 'BF16';
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Writes parameters to a safetensors file in a published layout, one at a time, atomically. Throws what the file does. */
export async function saveParameters(
  config: VideoVaeConfig,
  parameters: Parameters,
  { path, metadata, ...options }: SaveParametersOptions & { readonly path: string },
): Promise<void> {
  await streamSafetensors(path, parameterSources(config, parameters, options), { metadata });
}

function parameterSources(
  config: VideoVaeConfig,
  parameters: Parameters,
  { layout = 'diffusers', dtype = 'F32' }: SaveParametersOptions,
): TensorSource[] {
  const specs = parameterSpecs(config);
  return Object.entries(nameParameters(parameters)).map(([name, tensor]) => {
    const shape = specs[name] ?? tensor.shape;
    const bytes = () => {
      const values = tf.tidy(() => toPublished(tensor, shape).dataSync<'float32'>());
      return tensorOf(dtype === 'BF16' ? roundToBfloat16(values) : values, shape, dtype).data;
    };
    return { name: nameIn(layout, name, config), dtype, shape, data: bytes };
  });
}

/** What a parameter is called in a layout. */
export function nameIn(layout: WeightLayout, name: string, config: VideoVaeConfig): string {
  if (layout === 'diffusers') return name;
  return originalNames(config).reduce((renamed, [pattern, to]) => renamed.replace(pattern, to), name);
}

/** From the names of diffusers to those of Wan2.2 vae2_2.py, one after the other. */
function originalNames({ numResBlocks }: VideoVaeConfig): readonly (readonly [RegExp, string])[] {
  return [
    [/(resnets\.\d+)\.norm1\./, '$1.residual.0.'],
    [/(resnets\.\d+)\.conv1\./, '$1.residual.2.'],
    [/(resnets\.\d+)\.norm2\./, '$1.residual.3.'],
    [/(resnets\.\d+)\.conv2\./, '$1.residual.6.'],
    [/(resnets\.\d+)\.conv_shortcut\./, '$1.shortcut.'],
    [/\.down_blocks\.(\d+)\.resnets\.(\d+)\./, '.downsamples.$1.downsamples.$2.'],
    [/\.down_blocks\.(\d+)\.downsampler\./, `.downsamples.$1.downsamples.${numResBlocks}.`],
    [/\.up_blocks\.(\d+)\.resnets\.(\d+)\./, '.upsamples.$1.upsamples.$2.'],
    [/\.up_blocks\.(\d+)\.upsampler\./, `.upsamples.$1.upsamples.${numResBlocks + 1}.`],
    [/\.mid_block\.resnets\.0\./, '.middle.0.'],
    [/\.mid_block\.attentions\.0\./, '.middle.1.'],
    [/\.mid_block\.resnets\.1\./, '.middle.2.'],
    [/\.conv_in\./, '.conv1.'],
    [/\.norm_out\./, '.head.0.'],
    [/\.conv_out\./, '.head.2.'],
    [/^quant_conv\./, 'conv1.'],
    [/^post_quant_conv\./, 'conv2.'],
  ];
}

function wrongFile(path: string, layout: WeightLayout, problem: string): VideoVaeError {
  return new VideoVaeError(
    'WEIGHTS',
    `${path} (${layout} layout) doesn't hold this VAE: ${problem}; is it that of another configuration?`,
  );
}
