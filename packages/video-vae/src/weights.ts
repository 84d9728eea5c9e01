import type { SafetensorsFile, TensorSource } from '@borealis/safetensors';
import { asFloat32, tensorOf, toBfloat16 } from '@borealis/safetensors';
import { tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { disposeNamed, nameParameters, nestParameters } from '@borealis/training';
import type { VideoVaeConfig } from './config.ts';
import { VideoVaeError } from './errors.ts';
import { parameterSpecs } from './parameter-specs.ts';
import { toMemory, toPublished } from './published-layout.ts';

/** `diffusers`: the names of our own parameters. `original`: those of Wan2.2 vae2_2.py. */
export type WeightLayout = 'diffusers' | 'original';

/**
 * Reads parameters from an open file in either layout, one tensor at a time, as float32. Names and shapes are checked
 * before any is read.
 *
 * @throws VideoVaeError `WEIGHTS` where one is missing, too many, or of another shape; what the file throws
 */
export async function loadParameters(
  config: VideoVaeConfig,
  file: Pick<SafetensorsFile, 'names' | 'has' | 'info' | 'read'>,
): Promise<Parameters> {
  const layout = file.has('conv1.weight') ? 'original' : 'diffusers';
  const specs = parameterSpecs(config);
  const names = new Map(Object.keys(specs).map((name) => [nameIn(layout, name, config), name]));
  const unknown = file.names.find((name) => !names.has(name));
  if (unknown !== undefined) throw wrongFile(layout, `${unknown} is none of its parameters`);
  for (const [stored, name] of names) {
    if (!file.has(stored)) throw wrongFile(layout, `${stored} is missing`);
    const [found, wanted] = [file.info(stored).shape, specs[name] ?? []];
    if (found.join() !== wanted.join())
      throw wrongFile(layout, `${stored} is [${found.join(', ')}], not [${wanted.join(', ')}]`);
  }
  const named: Record<string, tf.Tensor> = {};
  try {
    for (const [stored, name] of names) {
      const data = await file.read(stored);
      named[name] = tf.tidy(() => toMemory(tf.tensor(asFloat32(data), [...data.shape])));
    }
  } catch (error) {
    disposeNamed(named);
    throw error;
  }
  return nestParameters(named);
}

/**
 * Parameters as `streamSafetensors` takes them: in the published layout, each read when it is its turn to be written.
 */
export function parameterSources(
  config: VideoVaeConfig,
  parameters: Parameters,
  {
    layout = 'diffusers',
    dtype = 'F32',
  }: { readonly layout?: WeightLayout; readonly dtype?: 'F32' | 'BF16' } = {},
): TensorSource[] {
  const specs = parameterSpecs(config);
  return Object.entries(nameParameters(parameters)).map(([name, tensor]) => {
    const shape = specs[name] ?? tensor.shape;
    const bytes = () => {
      const values = tf.tidy(() => toPublished(tensor, shape).dataSync()) as Float32Array;
      return tensorOf(dtype === 'BF16' ? toBfloat16(values) : values, shape, dtype).data;
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

function wrongFile(layout: WeightLayout, problem: string): VideoVaeError {
  return new VideoVaeError(
    'WEIGHTS',
    `the file (${layout} layout) doesn't hold this VAE: ${problem}; is it that of another configuration?`,
  );
}
