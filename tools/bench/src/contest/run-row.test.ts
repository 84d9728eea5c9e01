import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import type { Way } from './contestant.ts';
import { FAKE_ROW, fakeWay } from './fake-way.test.fixture.ts';
import { runRow } from './run-row.ts';

const stages: string[] = [];
const run = (ours: Way, theirs: readonly Way[] = [], row = FAKE_ROW) =>
  runRow({
    suite: 'fake',
    row,
    precision: 'f32',
    ours,
    theirs,
    threads: 2,
    repetitions: 4,
    warmUps: 3,
    seed: 1,
    onStage: (stage) => stages.push(stage),
  });
const ours = fakeWay('Borealis', 'compiled', { milliseconds: 20 });

test('the ratio is against the fastest of the other side’s ways, and says which', async () => {
  const slow = fakeWay('PyTorch', 'eager', { milliseconds: 50 });
  const fast = fakeWay('PyTorch', 'torch.compile', { milliseconds: 30 });
  const result = await run(ours, [slow, fast]);
  expect(result.best).toBe(1);
  expect(result.ratio).toEqual({ value: 1.5, low: 1.5, high: 1.5 });
  expect(result.ours).toMatchObject({
    way: 'compiled',
    library: 'Fake {"compiled":true}',
    iterations: 5, // 100 ms together
    milliseconds: [20, 20, 20, 20],
    firstCallMs: 12,
    memoryBytes: 4e6,
  });
  expect(result.theirs.map(({ way }) => way)).toEqual(['eager', 'torch.compile']);
  expect(result.theirs[0]?.differences).toEqual([{ output: 'y', largest: 0, relative: 0 }]);
  expect(result).toMatchObject({ unavailable: [], refusal: undefined });
});

test('without another side there is no ratio', async () => {
  const result = await run(ours);
  expect(result).toMatchObject({ theirs: [], best: undefined, ratio: undefined, refusal: undefined });
  expect(result.ours?.spread.median).toBe(20);
});

test('a row of which no way of the peer computes the same is refused: no times, no ratio', async () => {
  const result = await run(ours, [fakeWay('PyTorch', 'eager', { factor: 1.001 })]);
  expect(result.refusal).toMatch(/^eager: y differs by 1\.0e-3 of its size .* more than 1e-5$/);
  expect(result).toMatchObject({ ours: undefined, theirs: [], ratio: undefined });
});

test('a way whose outputs are not ours does not count, however fast', async () => {
  const result = await run(ours, [
    fakeWay('PyTorch', 'eager', { milliseconds: 40 }),
    fakeWay('PyTorch', 'torch.compile', { milliseconds: 1, factor: 1.5 }),
  ]);
  expect(result).toMatchObject({ best: 0, ratio: { value: 2 }, refusal: undefined });
  expect(result.theirs[1]?.disagreement).toMatch(/^y differs/);
});

test('a way that does not run is left out and named, with what it said', async () => {
  const result = await run(ours, [
    fakeWay('PyTorch', 'eager'),
    fakeWay('PyTorch', 'torch.compile', { open: 'error' }),
    fakeWay('PyTorch', 'autocast', { open: 'crash' }),
  ]);
  expect(result.theirs.map(({ way }) => way)).toEqual(['eager']);
  expect(result.unavailable).toEqual([
    { way: 'torch.compile', reason: 'PyTorch (torch.compile) failed: FakeError: no compiler' },
    { way: 'autocast', reason: expect.stringMatching(/exit status 3\)\nlibfake\.so: cannot open/) },
  ]);
  expect(result.ratio?.value).toBe(0.5);
});

test.each([
  ['of which ours fails', fakeWay('Borealis', 'compiled', { open: 'error' }), [fakeWay('PyTorch', 'eager')]],
  ['of which no way of the peer runs', ours, [fakeWay('PyTorch', 'eager', { open: 'garbage' })]],
  ['whose program is absent', ours, [{ ...fakeWay('PyTorch', 'eager'), launch: absent() }]],
])('a row %s is an error', async (_, ours, theirs) => {
  await expect(run(ours, theirs)).rejects.toMatchObject({ name: 'BenchError', code: 'contestant-failed' });
});

test('nothing is left behind', async () => {
  const before = await folders();
  await run(ours, [fakeWay('PyTorch', 'eager', { open: 'error' })]).catch(() => undefined);
  expect(await folders()).toEqual(before);
  expect(stages).toContain('repetition 4 of 4');
});

function absent(): Way['launch'] {
  return { command: '/nonexistent/python3', args: [], environment: {} };
}

async function folders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('borealis-bench-')).sort();
}

test('of ways that don’t fit in memory together each is timed alone, what is clearly beaten once; the fastest again beside ours', async () => {
  const ways = [
    fakeWay('PyTorch', 'near', { milliseconds: 33 }),
    fakeWay('PyTorch', 'fastest', { milliseconds: 30 }),
    fakeWay('PyTorch', 'slow', { milliseconds: 50 }),
    fakeWay('PyTorch', 'broken', { open: 'error' }),
  ];
  const result = await run(ours, ways, { ...FAKE_ROW, heavy: true });
  expect(result.theirs.map(({ way, milliseconds }) => [way, milliseconds.length])).toEqual([
    ['fastest', 4],
    ['near', 3],
    ['slow', 1],
  ]);
  expect(result).toMatchObject({ best: 0, ratio: { value: 1.5 }, refusal: undefined });
  expect(result.unavailable.map(({ way }) => way)).toEqual(['broken']);
});

test('of these, too, one whose outputs are not ours does not count, however fast', async () => {
  const wrong = fakeWay('PyTorch', 'wrong', { milliseconds: 1, factor: 1.5 });
  const right = fakeWay('PyTorch', 'right', { milliseconds: 40 });
  const result = await run(ours, [wrong, right], { ...FAKE_ROW, heavy: true });
  expect(result).toMatchObject({ best: 0, ratio: { value: 2 } });
  expect(result.theirs.map(({ way, disagreement }) => [way, disagreement !== undefined])).toEqual([
    ['right', false],
    ['wrong', true],
  ]);
  const none = await run(ours, [wrong, { ...wrong, name: 'too' }], { ...FAKE_ROW, heavy: true });
  expect(none.refusal).toMatch(/^wrong: y differs .*; too: y differs/);
});
