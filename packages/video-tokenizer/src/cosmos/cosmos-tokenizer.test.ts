import type { Frames, TokenGrids } from '@borealis/dataset';
import { tensorOf } from '@borealis/safetensors';
import { createRandom, memoryUse, startBackend, tf } from '@borealis/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cosmosEncode } from './cosmos-codec.ts';
import { cosmosPresets } from './cosmos-config.ts';
import type { CosmosConfig } from './cosmos-config.ts';
import type { CosmosParameters } from './cosmos-parameters.ts';
import { createCosmosTokenizer } from './cosmos-tokenizer.ts';
import type { CosmosTokenizer } from './cosmos-tokenizer.ts';
import { cosmosConfigOf, cosmosParametersFrom, cosmosWeightsOf, initCosmos } from './cosmos-weights.ts';

const config: CosmosConfig = { ...cosmosPresets.small, channels: 2 };

let parameters: CosmosParameters;
let tokenizer: CosmosTokenizer;
beforeAll(async () => {
  await startBackend();
  parameters = initCosmos(config, 1);
  tokenizer = createCosmosTokenizer(config, parameters);
});
afterAll(() => {
  tokenizer.dispose();
});

function randomFrames(count: number, seed: number): Frames {
  const random = createRandom(seed);
  const data = Uint8Array.from({ length: count * 16 * 24 * 3 }, () => random.integer(0, 255));
  return { data, count, height: 16, width: 24 };
}

test('sizes come from the metadata of a converted file', () => {
  expect(cosmosConfigOf({ config: JSON.stringify(config) })).toEqual(config);
  for (const metadata of [{}, { config: 'DV' }, { config: '{"kind":"block-fsq"}' }]) {
    expect(() => cosmosConfigOf(metadata)).toThrow(expect.objectContaining({ code: 'weights' }));
  }
});

const part = <T extends Uint8Array | Int32Array>(data: T, [from, to]: [number, number]) =>
  Array.from(data.subarray(from, to));

test('clips are coded each by itself: 17 frames are 3 grids and 17 frames again', async () => {
  const frames = randomFrames(34, 1);
  const grids = await tokenizer.encode(frames);
  expect(grids).toMatchObject({ count: 6, height: 2, width: 3 });
  const alone = await tokenizer.encode({ ...frames, data: frames.data.slice(17 * 16 * 24 * 3), count: 17 });
  expect(part(grids.data, [18, 36])).toEqual([...alone.data]);
  expect(grids.data.every((code) => code >= 0 && code < 64_000)).toBe(true);
  const decoded = await tokenizer.decode(grids);
  expect(decoded).toMatchObject({ count: 34, height: 16, width: 24 });
  const second = await tokenizer.decode(alone);
  expect(Buffer.compare(decoded.data.subarray(second.data.length), second.data)).toBe(0);
});

test('later frames change no earlier grid, later grids no earlier frame', async () => {
  const frames = randomFrames(17, 2);
  const [first, nine] = [16 * 24 * 3, 9 * 16 * 24 * 3];
  const grids = await tokenizer.encode(frames);
  for (const [seen, same] of [
    [first, 6],
    [nine, 12],
  ] as const) {
    const data = frames.data.map((byte, i) => (i < seen ? byte : 255 - byte));
    const changed = await tokenizer.encode({ ...frames, data });
    expect(part(changed.data, [0, same])).toEqual(part(grids.data, [0, same]));
    expect(part(changed.data, [same, 18])).not.toEqual(part(grids.data, [same, 18]));
  }
  const decoded = await tokenizer.decode(grids);
  const data = grids.data.map((code, i) => (i < 12 ? code : 63_999 - code));
  const changed = await tokenizer.decode({ ...grids, data });
  expect(part(changed.data, [0, nine])).toEqual(part(decoded.data, [0, nine]));
  expect(part(changed.data, [nine, decoded.data.length])).not.toEqual(
    part(decoded.data, [nine, decoded.data.length]),
  );
});

test('many clips keep nothing', async () => {
  await tokenizer.decode(await tokenizer.encode(randomFrames(17, 3)));
  const before = memoryUse();
  await tokenizer.decode(await tokenizer.encode(randomFrames(17 * 8, 3)));
  expect(memoryUse().tensors).toBe(before.tensors);
  expect(memoryUse().nativeTensors).toBe(before.nativeTensors);
});

test('weights come back from the form in which they are published', () => {
  const before = memoryUse().tensors;
  const weights = cosmosWeightsOf(parameters);
  expect(weights.get('encoder.conv_in.0.conv3d.weight')?.shape).toEqual([2, 192, 1, 3, 3]);
  const back = cosmosParametersFrom(config, weights);
  expect(back.encoder.conv_in[0].conv3d.weight.dataSync()).toEqual(
    parameters.encoder.conv_in[0].conv3d.weight.dataSync(),
  );
  expect(cosmosWeightsOf(back)).toEqual(weights);
  tf.dispose(back);
  expect(memoryUse().tensors).toBe(before);
});

test.each([
  [
    'a missing tensor',
    (w: Weights) => w.delete('quant_conv.conv3d.bias'),
    /no tensor quant_conv.conv3d.bias/,
  ],
  [
    'a foreign tensor',
    (w: Weights) => w.set('loss.weight', tensorOf(new Float32Array(1), [1])),
    /loss.weight/,
  ],
  [
    'another shape',
    (w: Weights) => w.set('quant_conv.conv3d.bias', tensorOf(new Float32Array(5), [5])),
    /F32 \[5\], floats \[6\]/,
  ],
  [
    'integers',
    (w: Weights) => w.set('quant_conv.conv3d.bias', tensorOf(new Int32Array(6), [6])),
    /I32 \[6\], floats \[6\]/,
  ],
])('weights with %s are refused', (_, change, message) => {
  const weights = cosmosWeightsOf(parameters);
  change(weights);
  const before = memoryUse().tensors;
  expect(() => cosmosParametersFrom(config, weights)).toThrow(
    expect.objectContaining({ code: 'weights', message: expect.stringMatching(message) }),
  );
  expect(memoryUse().tensors).toBe(before);
});
type Weights = ReturnType<typeof cosmosWeightsOf>;

test.each([
  ['frames that are no whole clips', randomFrames(16, 4), /no whole clips of 17/],
  ['a side that is no multiple of 8', { ...randomFrames(17, 4), height: 12, width: 32 }, /multiples of 8/],
])('%s are refused', async (_, frames, message) => {
  await expect(tokenizer.encode(frames)).rejects.toThrow(message);
});

test.each([
  ['six frames', [1, 6, 16, 16, 3]],
  ['a side of 12', [1, 9, 12, 16, 3]],
  ['four channels', [1, 9, 16, 16, 4]],
  ['no batch', [9, 16, 16, 3]],
])('a video of %s is refused', (_, shape) => {
  const before = memoryUse().tensors;
  expect(() => tf.tidy(() => cosmosEncode(parameters, tf.zeros(shape), { config }))).toThrow(
    expect.objectContaining({ code: 'frames' }),
  );
  expect(memoryUse().tensors).toBe(before);
});

const grids = (codes: number[], count = 3): TokenGrids => ({
  data: Int32Array.from(codes),
  count,
  height: 1,
  width: 1,
});
test.each([
  ['grids that are no triples', grids([1, 2], 2), /2 grids are no whole triples/],
  ['codes missing', grids([1, 2]), /3 grids of 1x1 in 2 codes/],
  ['a code that is none', grids([1, 2, 64_000]), /64000 at place 2/],
  ['a negative code', grids([-1, 2, 3]), /-1 at place 0/],
])('%s are refused', async (_, tokens, message) => {
  await expect(tokenizer.decode(tokens)).rejects.toThrow(message);
});

test('another compression makes no grid triples', () => {
  const other = { ...config, spatialCompression: 16 };
  expect(() => createCosmosTokenizer(other, parameters)).toThrow(/not 8×16×16/);
});
