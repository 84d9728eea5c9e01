import type { Window } from '@borealis/dataset';
import { createRandom } from '@borealis/tensor';
import type { Statistics } from '@borealis/training';
import type { StTransformerConfig } from './config.ts';
import { sizeOf } from './parameter-spec.ts';

/** A model that a test trains in a moment. */
export const tiny: StTransformerConfig = {
  dim: 16,
  layers: 1,
  heads: 2,
  mlpRatio: 2,
  gridHeight: 2,
  gridWidth: 2,
  timeSteps: 5,
  contextGrids: 3,
  vocabulary: { kind: 'levels', levels: [2, 2], components: 2 },
  attention: 'spatio-temporal',
  normalisation: 'pre',
  states: 'on',
  stateForm: 'pose',
  stateChannels: 3,
  recompute: false,
};

/** The same with a row of a table for each code. */
export const tinyCodes: StTransformerConfig = { ...tiny, vocabulary: { kind: 'codes', size: 7 } };

/** States are normalised by something that is not the identity. */
export const tinyStatistics: Statistics = {
  state_mean: Float32Array.of(0.5, -1, 2),
  state_deviation: Float32Array.of(0.5, 2, 4),
};

/** A window of random tokens and states, `triples` long. */
export function randomWindow(config: StTransformerConfig, seed: number, triples = 2): Window {
  const random = createRandom(seed);
  const { gridHeight: height, gridWidth: width, vocabulary } = config;
  const size = vocabulary.kind === 'codes' ? vocabulary.size : sizeOf(vocabulary.levels);
  const frameCount = triples * 17;
  const count = triples * 3;
  const data = Int32Array.from({ length: count * height * width }, () => random.integer(0, size - 1));
  const states = Float32Array.from({ length: frameCount * config.stateChannels }, () => random.normal());
  return { shard: 0, segment: seed, start: 0, frameCount, states, tokens: { data, count, height, width } };
}
