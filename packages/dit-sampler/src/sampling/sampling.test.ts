import type { Latents } from '@borealis/dataset';
import { createRandom, namedLeaves, startTrainingBackend, tf } from '@borealis/tensor';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { DitSamplerConfig } from '../config.ts';
import { init } from '../init.ts';
import { asDitParameters } from '../parameters.ts';
import { randomWindow, stirred, tiny, tinyStatistics } from '../tiny.test.fixture.ts';
import { createDenoiser } from './denoiser.ts';
import type { DrawInputs, DrawOptions } from './draw-samples.ts';
import { drawSamples } from './draw-samples.ts';
import { rollOut } from './roll-out.ts';
import { createSampler } from './sampler.ts';

beforeAll(async () => {
  await startTrainingBackend();
});
let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});

const options: DrawOptions = { samples: 1, seed: 1, steps: 3, solver: 'unipc' };
const noise = (shape: readonly number[], seed: number) => createRandom(seed).normalTensor(shape);
const inputs = (): DrawInputs => ({
  given: noise([1, 4, 6, 3], 1),
  text: noise([1, 2, 6], 2),
  states: noise([1, 9, 2], 3),
});

/** Samples as numbers; nothing is left behind. */
async function draw(
  changes: Partial<DrawOptions> = {},
  { config = tiny, told = inputs() }: { config?: DitSamplerConfig; told?: DrawInputs } = {},
): Promise<Float32Array[]> {
  const parameters = stirred(init(config, 3));
  const denoiser = createDenoiser(config, asDitParameters(config, parameters));
  const before = tf.memory().numTensors;
  const samples: Float32Array[] = [];
  for await (const sample of drawSamples(config, denoiser, told, { ...options, ...changes })) {
    expect(sample.shape).toEqual([3, 4, 6, 3]);
    samples.push(sample.dataSync() as Float32Array);
    sample.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
  denoiser.dispose();
  return samples;
}

function expectClose(got: Float32Array | undefined, want: Float32Array | undefined): void {
  expect(got).toHaveLength(want?.length ?? NaN);
  got?.forEach((value, i) => {
    expect(Math.abs(value - (want?.[i] ?? NaN))).toBeLessThan(1e-4);
  });
}

test('the given frame stays; what follows is finite; the same seed draws the same', async () => {
  const told = inputs();
  const [sample] = await draw({}, { told });
  const given = told.given?.dataSync() ?? [];
  expect(sample?.slice(0, given.length)).toEqual(given);
  expect(sample?.every(Number.isFinite)).toBe(true);
  expect(await draw()).toEqual([sample]);
  expect(await draw({ seed: 2 })).not.toEqual([sample]);
});

test('sample i is the same however many are drawn, and in whatever groups', async () => {
  const alone = await draw({ samples: 3 });
  const together = await draw({ samples: 3, together: 2 });
  expect(alone[0]).not.toEqual(alone[1]);
  together.forEach((sample, i) => {
    expectClose(sample, alone[i]);
  });
  expect((await draw({ samples: 2 }))[1]).toEqual(alone[1]);
  expect(await draw({ firstSample: 1 })).toEqual([alone[1]]);
});

test.each(['euler', 'unipc'] as const)('%s: the steps are told', async (solver) => {
  const told: string[] = [];
  await draw({
    solver,
    samples: 3,
    together: 2,
    steps: 2,
    onStep: ({ step, steps, sample }) => told.push(`${sample}: ${step}/${steps}`),
  });
  expect(told).toEqual(['0: 1/2', '0: 2/2', '2: 1/2', '2: 2/2']);
});

test('guidance leads away from what there is without states', async () => {
  const { states: _, ...silent } = inputs();
  const plain = await draw();
  const none = await draw({}, { told: silent });
  expect((await draw({ guidanceScale: 1 }))[0]).toEqual(plain[0]);
  expectClose((await draw({ guidanceScale: 0 }))[0], none[0]);
  expect((await draw({ guidanceScale: 3 }))[0]).not.toEqual(plain[0]);
  // guidance towards what it leads away from leads nowhere
  expectClose((await draw({ guidanceScale: 3 }, { told: { ...inputs(), away: inputs() } }))[0], plain[0]);
});

test('without given frames the whole window is drawn', async () => {
  const { given: _, ...told } = inputs();
  const [sample] = await draw({}, { config: { ...tiny, contextLatents: 0 }, told });
  expect(sample).toHaveLength(3 * 4 * 6 * 3);
});

test('a consumer that stops early leaves nothing behind', async () => {
  const denoiser = createDenoiser(tiny, asDitParameters(tiny, init(tiny, 3)));
  const told = inputs();
  const before = tf.memory().numTensors;
  for await (const sample of drawSamples(tiny, denoiser, told, { ...options, samples: 5, together: 3 })) {
    sample.dispose();
    break;
  }
  expect(tf.memory().numTensors).toBe(before);
  denoiser.dispose();
});

test('given frames of another size are refused', async () => {
  const told = { ...inputs(), given: tf.zeros([2, 4, 6, 3]) };
  await expect(draw({}, { told })).rejects.toThrow(/2,4,6,3, the model needs 1,4,6,3/);
});

test.each([
  [{ samples: 0 }, /samples must be/],
  [{ together: 0.5 }, /together must be/],
  [{ firstSample: -1 }, /firstSample must be/],
  [{ guidanceScale: NaN }, /guidanceScale/],
])('%o is refused', async (changes, message) => {
  await expect(draw(changes)).rejects.toThrow(message);
});

test('a roll-out goes on from the end of each window, with the states of its own frames', async () => {
  const denoiser = createDenoiser(tiny, asDitParameters(tiny, stirred(init(tiny, 3))));
  const told = { ...inputs(), states: noise([1, 17, 2], 3) };
  const before = tf.memory().numTensors;
  const windows: Float32Array[] = [];
  for await (const window of rollOut(tiny, denoiser, told, { ...options, windows: 2 })) {
    windows.push(window.dataSync() as Float32Array);
    window.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
  const [first, second] = windows as [Float32Array, Float32Array];
  expect(second.slice(0, 72)).toEqual(first.slice(-72));
  const own = {
    given: tf.tensor(first.slice(-72), [1, 4, 6, 3]),
    text: told.text,
    states: tf.slice(told.states, [0, 8, 0], [-1, 9, -1]),
  };
  expectClose((await draw({ noiseOf: ', 1 windows on' }, { told: own }))[0], second);
  const short = { ...told, states: noise([1, 16, 2], 3) };
  await expect(rollOut(tiny, denoiser, short, { ...options, windows: 2 }).next()).rejects.toThrow(
    /17 frames/,
  );
  denoiser.dispose();
});

test('the sampler of the model contract: latents of a window in, latents out', async () => {
  const parameters = init(tiny, 3);
  const before = tf.memory().numTensors;
  const sampler = createSampler(tiny, parameters, tinyStatistics);
  const window = randomWindow(tiny, 4);
  const drawn: Latents[] = [];
  const settings = { samples: 2, seed: 1, steps: 2, solver: 'euler', guidanceScale: 1 } as const;
  for await (const latents of sampler.sample(window, settings)) drawn.push(latents);
  for await (const latents of sampler.sample(window, { ...settings, samples: 1, precision: 'bf16' })) {
    const differences = latents.data.map((value, i) => Math.abs(value - (drawn[0]?.data[i] ?? NaN)));
    expect(Math.max(...differences)).toBeLessThan(0.1);
  }
  const elsewhere: Latents[] = [];
  for await (const latents of sampler.sample({ ...window, start: window.start + 1 }, settings))
    elsewhere.push(latents);
  sampler.dispose();
  expect(tf.memory().numTensors).toBe(before);
  expect(drawn).toHaveLength(2);
  expect(elsewhere[0]?.data.slice(72)).not.toEqual(drawn[0]?.data.slice(72)); // noise of another window
  expect(drawn[0]).toMatchObject({ count: 3, height: 4, width: 6, channels: 3 });
  expect(drawn[0]?.data.slice(0, 72)).toEqual(window.latents?.data.slice(0, 72));
  tf.dispose(namedLeaves(parameters).map(([, tensor]) => tensor));
  expect(tf.memory().numTensors).toBe(tensors);
});
