// Loads a checkpoint and runs the model on one window, in a process of its own; prints what `ForwardFacts` says.
import { asDitParameters, createDenoiser, loadWeights } from '@borealis/dit-sampler';
import { createRandom, loadTensors, startBackend, tf } from '@borealis/tensor';
import { ownBytes, watchPeak } from '../contestant/memory.ts';
import { fullSizeConfig } from './full-size-config.ts';

const [path, changes] = process.argv.slice(2);
if (path === undefined || changes === undefined) throw new Error('expected a checkpoint and a configuration');
await startBackend({ backend: 'tensorflow' });
const config = fullSizeConfig(JSON.parse(changes) as object);
const peak = watchPeak();
const timed = async <T>(run: () => T | Promise<T>): Promise<[milliseconds: number, result: T]> => {
  const start = performance.now();
  const result = await run();
  return [performance.now() - start, result];
};

const [loadingMs, { tensors }] = await timed(() => loadTensors(path));
const loadedBytes = ownBytes();
const parameters = asDitParameters(config, loadWeights(config, tensors));
const denoiser = createDenoiser(config, parameters, { precision: 'bf16' });

const { contextLatents: k, latentFrames: t, latentHeight: h, latentWidth: w, latentChannels: c } = config;
const random = createRandom(2);
const text = random.normalTensor([1, config.textLength, config.textDim], 0.2);
const states = config.states && random.normalTensor([1, 1 + 4 * (t - 1), config.states.channels]);
const given = random.normalTensor([1, k, h, w, c]);
const noisy = random.normalTensor([1, t - k, h, w, c]);
const timestep = tf.tensor1d([900]);
const [embeddingMs, conditioning] = await timed(() => denoiser.embed({ text, ...(states && { states }) }));
const forward = () => {
  const velocity = denoiser.velocity({ given, noisy, timestep, conditioning });
  const deviation = Math.sqrt(tf.moments(velocity).variance.dataSync()[0] ?? NaN);
  velocity.dispose();
  return deviation;
};
const [firstMs, deviation] = await timed(forward);
const [againMs, again] = await timed(forward);
if (!(deviation > 0 && Number.isFinite(deviation)) || again !== deviation)
  throw new Error(
    `the model's outputs deviate by ${deviation}, then by ${again}: they should be finite, and equal`,
  );
const facts = {
  loadingMs,
  loadedBytes,
  embeddingMs,
  firstMs,
  againMs,
  peakBytes: peak?.() ?? null,
  deviation,
};
process.stdout.write(`${JSON.stringify(facts)}\n`);
