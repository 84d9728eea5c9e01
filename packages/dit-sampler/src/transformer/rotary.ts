import type { RotaryTables } from '@borealis/tensor';
import { tf } from '@borealis/tensor';
import type { Grid } from './patches.ts';

const THETA = 10_000;

/**
 * Rotary embedding of time, row and column (Su et al. 2021; diffusers `WanRotaryPosEmbed`): of a head's d channels, row and
 * column have 2 ⌊d / 6⌋ each, time, which comes first, the rest; each axis has its own ladder of frequencies.
 */
export function rotaryTables([frames, rows, columns]: Grid, headDim: number): RotaryTables {
  const spatial = 2 * Math.floor(headDim / 6);
  const axes = [headDim - 2 * spatial, spatial, spatial];
  const tokens = frames * rows * columns;
  const cos = new Float32Array(tokens * headDim);
  const sin = new Float32Array(tokens * headDim);
  let i = 0;
  for (let token = 0; token < tokens; token++) {
    const place = [Math.floor(token / (rows * columns)), Math.floor(token / columns) % rows, token % columns];
    for (const [axis, size] of axes.entries()) {
      for (let channel = 0; channel < size; channel++, i++) {
        const pair = channel - (channel % 2);
        const angle = (place[axis] ?? 0) * THETA ** (-pair / size);
        cos[i] = Math.cos(angle);
        sin[i] = Math.sin(angle);
      }
    }
  }
  return { cos: tf.tensor(cos, [tokens, headDim]), sin: tf.tensor(sin, [tokens, headDim]) };
}
