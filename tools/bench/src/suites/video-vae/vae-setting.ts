import type { Random, tf } from '@borealis/tensor';
import type { TensorData } from '@borealis/safetensors';
import type { Parameters } from '@borealis/training';
import { nestParameters } from '@borealis/training';
import type { VideoVaeConfig } from '@borealis/video-vae';
import { parameterSpecs, presets, toMemory, videoVaeConfigSchema } from '@borealis/video-vae';
import { heldWeights } from '../../programs/held-weights.ts';
import { inputNamed } from '../input-named.ts';
import { normalData } from '../normal-data.ts';
import type { BuildOptions } from '../suite.ts';

/** Widths of the rows: both are those of the published VAE over `divisor`. */
export interface VaeWidths {
  readonly divisor: number;
}

/** The published architecture, narrower, with latents as they come out. */
export function vaeConfig({ divisor }: VaeWidths): VideoVaeConfig {
  const published = presets['wan2.2-ti2v-5b'];
  const { baseDim, decoderBaseDim, zDim } = published;
  return videoVaeConfigSchema.parse({
    ...published,
    baseDim: baseDim / divisor,
    decoderBaseDim: decoderBaseDim / divisor,
    latentsMean: Array<number>(zDim).fill(0),
    latentsStd: Array<number>(zDim).fill(1),
  });
}

/** What the other side builds its model from. */
export function vaeSettings({ baseDim, decoderBaseDim, zDim, numResBlocks }: VideoVaeConfig) {
  return { baseDim, decoderBaseDim, zDim, numResBlocks };
}

/** Every parameter under its published name and of its published shape; none is 0 or 1 throughout. */
export function vaeData(random: Random, config: VideoVaeConfig): [string, TensorData][] {
  return Object.entries(parameterSpecs(config)).map(([name, shape]) => {
    const own = random.fork(name);
    if (name.endsWith('.gamma')) return [name, normalData(own, shape, { mean: 1, deviation: 0.1 })];
    if (name.endsWith('.bias')) return [name, normalData(own, shape, { deviation: 0.02 })];
    const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
    return [name, normalData(own, shape, { deviation: 1 / Math.sqrt(fanIn) })];
  });
}

/**
 * The parameters among the inputs, as layers take them. Each published one is let go before the next is turned: TensorFlow
 * keeps memory that it once had, and both layouts at once would count as the row's.
 */
export function vaeParameters(
  inputs: ReadonlyMap<string, tf.Tensor>,
  config: VideoVaeConfig,
  { precision }: BuildOptions,
): Parameters {
  const names = Object.keys(parameterSpecs(config));
  const held = names.map((name) => {
    const published = inputNamed(inputs, name);
    const turned = toMemory(published);
    published.dispose();
    return [name, turned] as const;
  });
  return nestParameters(heldWeights(Object.fromEntries(held), precision));
}
