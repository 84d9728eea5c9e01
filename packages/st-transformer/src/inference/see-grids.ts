import { tf } from '@borealis/tensor';
import type { BlockOptions } from '../block.ts';
import { spatialAttention } from '../block.ts';
import type { StTransformerConfig } from '../config.ts';
import type { ForwardArguments } from '../forward.ts';
import { embedGrids } from '../forward.ts';
import type { LayerParameters } from '../layer.ts';
import { mlp } from '../mlp.ts';
import { norm } from '../norm.ts';
import type { KeysAndValues } from './look-back.ts';
import { lookBack } from './look-back.ts';

/** What all layers need of grids when later ones look back at them, by layer. */
export type GridMemory = Readonly<Record<string, KeysAndValues>>;

export interface SeeArguments extends ForwardArguments {
  /** Of the grids before `codes`, from the first time step on; then `codes` is one grid. */
  readonly past: readonly GridMemory[];
}

export type Seen = {
  /** `[b·s c]`: what predicts the grid after the last one */
  readonly hidden: tf.Tensor;
  /** Of the grids in `codes`. */
  readonly memory: GridMemory;
};

/** As `hiddenOf`, of the grids in `codes` alone: of those before them, keys and values are there already. */
export function seeGrids(config: StTransformerConfig, { past, ...inputs }: SeeArguments): Seen {
  const p = inputs.parameters;
  const t = inputs.codes.shape[1] as number;
  let x = embedGrids(
    config,
    inputs,
    past.reduce((sum, memory) => sum + gridsIn(memory), 0),
  ); // [b t s c]
  const memory: Record<string, KeysAndValues> = {};
  for (const [name, parameters] of Object.entries(p.layers)) {
    const before = past.flatMap((memory) => memory[name] ?? []);
    const { y, kept } = layerLookingBack(x, parameters, before, { heads: config.heads });
    x = y;
    memory[name] = kept;
  }
  const last = tf.reshape(tf.slice(x, [0, t - 1, 0, 0], [-1, 1, -1, -1]), [-1, config.dim]);
  return { hidden: norm(last, p.norm_out), memory };
}

/** How many grids these are the keys and values of. */
function gridsIn(memory: GridMemory): number {
  return Object.values(memory)[0]?.keys.shape[1] ?? 0;
}

/** As `layer`. */
function layerLookingBack(
  x: tf.Tensor,
  p: LayerParameters,
  past: readonly KeysAndValues[],
  options: BlockOptions,
): { readonly y: tf.Tensor; readonly kept: KeysAndValues } {
  const seen = 'attn' in p ? x : tf.add(x, spatialAttention(norm(x, p.norm1), p.spatial_attn, options));
  const { context, kept } =
    'attn' in p
      ? lookBack(norm(x, p.norm1), p.attn, { ...options, past, sees: 'all' })
      : lookBack(norm(seen, p.temporal_norm), p.temporal_attn, { ...options, past, sees: 'itself' });
  const remembered = tf.add(seen, context);
  return { y: tf.add(remembered, mlp(norm(remembered, p.norm2), p.mlp)), kept };
}
