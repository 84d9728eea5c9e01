// Takes two steps of post-training of a checkpoint's first layers, in a process of its own; prints what `PostTrainingFacts` says.
import type { DitBatch } from '@borealis/dit-sampler';
import { ditSampler, heldWeights, presets, publishedShapes } from '@borealis/dit-sampler';
import { createRandom, loadTensors, startTrainingBackend } from '@borealis/tensor';
import {
  ADAMW_DEFAULTS,
  createTrainStep,
  initialState,
  isLoraName,
  nameParameters,
  partition,
} from '@borealis/training';
import { ownBytes, watchPeak } from '../contestant/memory.ts';
import { fullSizeConfig } from './full-size-config.ts';

const RATE = 4e-4;

const [path, layers, changes] = process.argv.slice(2);
if (path === undefined || layers === undefined || changes === undefined)
  throw new Error('expected a checkpoint, a number of layers and a configuration');
await startTrainingBackend();
const { lora } = presets['wan2.2-ti2v-5b'];
const config = fullSizeConfig({ lora, ...(JSON.parse(changes) as object), layers: Number(layers) });
const { latentFrames: t, latentHeight: h, latentWidth: w, latentChannels: c, states } = config;
const channels = states?.channels ?? 0;
const frameCount = 1 + 4 * (t - 1);
const random = createRandom(2);
const drawn = (count: number) => Float32Array.from({ length: count }, random.normal);
const window = {
  ...{ shard: 0, segment: 0, start: 0, frameCount, states: drawn(frameCount * channels) },
  latents: { data: drawn(t * h * w * c), count: t, height: h, width: w, channels: c },
};
const statistics = {
  state_mean: new Float32Array(channels),
  state_deviation: new Float32Array(channels).fill(1),
};

const { tensors } = await loadTensors(path, { names: Object.keys(publishedShapes(config)) });
const learns = (path: string) => ditSampler.trainable(config, path);
const made = nameParameters(ditSampler.init(config, 1, (path) => learns(path) || isLoraName(path)));
const { kept: learned, rest: scalings } = partition(made, learns);
let state = initialState(learned, { ...heldWeights(config, tensors), ...scalings });
const trainable = Object.values(learned).reduce((sum, { size }) => sum + size, 0);
const batch = ditSampler.toBatch(config, statistics, [window], random);
const step = createTrainStep<DitBatch>({
  loss: (parameters, batch) => ditSampler.loss(config, parameters, batch),
  ...{ adamw: ADAMW_DEFAULTS, maxGradientNorm: 1, precision: 'bf16' },
});
const heldBytes = ownBytes();
const peak = watchPeak();
const milliseconds = [0, 1].map(() => {
  const start = performance.now();
  const { state: next, logs } = step(state, batch, RATE);
  state = next;
  if (!Number.isFinite(logs.loss)) throw new Error(`a loss of ${logs.loss}`);
  return performance.now() - start;
});
const facts = { trainable, heldBytes, milliseconds: milliseconds[1], peakBytes: peak?.() ?? null };
process.stdout.write(`${JSON.stringify(facts)}\n`);
