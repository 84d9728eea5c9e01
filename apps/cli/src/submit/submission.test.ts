import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import type { TopKPredictions } from '@borealis/metrics';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { checkSubmission } from './check-submission.ts';
import { decodeNpy, encodeNpy } from './npy.ts';
import type { Npy } from './npy.ts';
import { encodeNpz } from './npz.ts';
import { readmeOf } from './submission-form.ts';
import type { SubmissionForm } from './submission-form.ts';
import { writeSubmission } from './write-submission.ts';

const FORM: SubmissionForm = { samples: 2, shape: [3, 1, 2], k: 2, codes: 4 };
const FIELDS = { method: 'm', team: 't', authors: 'a, b', email: 'a@b', institution: 'i', country: 'c' };
const VALUES = [Math.log(0.5), Math.log(0.25)];

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-submission-'));
  path = join(folder, 'submission.zip');
});
afterEach(() => rm(folder, { recursive: true }));

const good = (): TopKPredictions => ({
  k: 2,
  classes: 4,
  indices: Int32Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 3 : 1)),
  logProbabilities: Float32Array.from({ length: 12 }, (_, i) => VALUES[i % 2] ?? NaN),
});

const write = (ids: readonly string[], predict: (id: string) => TopKPredictions = good) =>
  writeSubmission({
    path,
    form: FORM,
    fields: FIELDS,
    samples: ids.map((id) => ({ id, predict: () => Promise.resolve(predict(id)) })),
  });

test('what is written passes the check, the same for the same predictions', async () => {
  await write(['7', '12']);
  expect(await checkSubmission(path, FORM)).toEqual([]);
  const first = await readFile(path);
  await write(['7', '12']);
  expect(await readFile(path)).toEqual(first);
  expect(await readdir(folder)).toEqual(['submission.zip']);
});

test('Python reads it', async () => {
  await write(['7', '12']);
  const program = `
import io, json, struct, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
n = zipfile.ZipFile(io.BytesIO(z.read('12.npz')))
raw = n.read('indices.npy')
start = 10 + struct.unpack('<H', raw[8:10])[0]
print(json.dumps([z.testzip(), z.namelist(), n.namelist(), eval(raw[10:start]), start % 64, list(struct.unpack('<4i', raw[start:start + 16]))]))`;
  const out = execFileSync('python3', ['-c', program, path], { encoding: 'utf8' });
  expect(JSON.parse(out)).toEqual([
    null,
    ['README.txt', '7.npz', '12.npz'],
    ['indices.npy', 'values.npy'],
    { descr: '<i4', fortran_order: false, shape: [3, 1, 2, 2] },
    0,
    [3, 1, 3, 1],
  ]);
});

test('samples are predicted one after the other, each when it is its turn', async () => {
  const order: string[] = [];
  await writeSubmission({
    path,
    form: FORM,
    fields: FIELDS,
    samples: ['a', 'b'].map((id) => ({
      id,
      predict: () => {
        order.push(`predict ${id}`);
        return Promise.resolve(good());
      },
    })),
    onSample: (done) => order.push(`done ${done}`),
  });
  expect(order).toEqual(['predict a', 'done 1', 'predict b', 'done 2']);
});

test('where no file can be opened nothing is predicted', async () => {
  path = join(folder, 'none', 'submission.zip');
  let predicted = 0;
  const writing = write(['1', '2'], () => {
    predicted++;
    throw new Error('too early');
  });
  await expect(writing).rejects.toMatchObject({ code: 'ENOENT' });
  await setImmediate();
  expect(predicted).toBe(0);
});

describe('is not written', () => {
  test.each([
    ['too few samples', ['1'], good, /1 samples, .* exactly 2/],
    ['two of one name', ['1', '1'], good, /two samples are called 1/],
    [
      'unsorted values',
      ['1', '2'],
      () => ({ ...good(), logProbabilities: good().logProbabilities.reverse() }),
      /falling/,
    ],
    ['another k', ['1', '2'], () => ({ ...good(), k: 1 }), /expected 2 of 4 at 6/],
  ] as const)('%s', async (_, ids, predict, message) => {
    await expect(write(ids, predict)).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual([]);
  });

  test('what can not be predicted', async () => {
    const fail = (id: string) => {
      if (id === '2') throw new Error('no window');
      return good();
    };
    await expect(
      writeSubmission({
        path,
        form: FORM,
        fields: FIELDS,
        samples: ['1', '2'].map((id) => ({ id, predict: async () => Promise.resolve(fail(id)) })),
      }),
    ).rejects.toThrow('no window');
    expect(await readdir(folder)).toEqual([]);
  });
});

/** A zip of these files, and a good README.txt and good samples unless they are among them. */
async function zipOf(files: Readonly<Record<string, Buffer | undefined>>): Promise<void> {
  const zip = new ZipFile();
  const sample = await sampleOf({});
  const all: Record<string, Buffer | undefined> = {
    'README.txt': Buffer.from(readmeOf(FIELDS)),
    '1.npz': sample,
    '2.npz': sample,
    ...files,
  };
  for (const [name, bytes] of Object.entries(all)) if (bytes !== undefined) zip.addBuffer(bytes, name);
  zip.end();
  await writeFile(path, await buffer(zip.outputStream));
}

function sampleOf(changes: Readonly<Record<string, Partial<Npy>>>): Promise<Buffer> {
  const { indices, logProbabilities } = good();
  const shape = [3, 1, 2, 2];
  const whole: Record<string, Npy> = {
    indices: { data: indices, shape, ...changes['indices'] },
    values: { data: logProbabilities, shape, ...changes['values'] },
  };
  return encodeNpz(whole);
}

const changed = (change: (data: number[]) => void, data: ArrayLike<number>) => {
  const copy = Array.from(data);
  change(copy);
  return copy;
};
const values = (change: (data: number[]) => void) => ({
  values: { data: Float32Array.from(changed(change, good().logProbabilities)) },
});
const indices = (change: (data: number[]) => void) => ({
  indices: { data: Int32Array.from(changed(change, good().indices)) },
});

describe('the check tells', () => {
  test.each([
    ['NaN', values((v) => (v[4] = NaN)), /position 2, rank 0: log-probability NaN/],
    ['a code named twice', indices((v) => (v[5] = 3)), /position 2, rank 1: code 3 was named before/],
    ['a code outside', indices((v) => (v[0] = 4)), /code 4, expected 0 to 3/],
    ['rising values', values((v) => ([v[0], v[1]] = [v[1] ?? 0, v[0] ?? 0])), /falling order/],
    ['logits', values((v) => (v[0] = 3)), /add up to/],
    ['next to no probability', values((v) => ([v[0], v[1]] = [-9, -9])), /add up to/],
    ['another shape', { values: { shape: [6, 2] } }, /values are \[6, 2\], expected \[3, 1, 2, 2\]/],
    ['another type', { indices: { data: good().logProbabilities } }, /indices are Float32Array/],
  ])('%s', async (_, changes, message) => {
    await zipOf({ '2.npz': await sampleOf(changes) });
    expect(await checkSubmission(path, FORM)).toEqual([
      { file: '2.npz', message: expect.stringMatching(message) },
    ]);
  });

  test.each([
    ['a file too many', { 'notes.md': Buffer.from('') }, /^only README.txt and <ID>.npz/],
    ['a folder', { 'x/1.npz': Buffer.from('') }, /^only README.txt and <ID>.npz/],
    ['no npz', { '1.npz': Buffer.from('PK') }, /it is no npz/],
    [
      'an incomplete README',
      { 'README.txt': Buffer.from('Method: x\nTeam:\n') },
      /lacks Team, Authors, E-mail/,
    ],
    ['a bomb', { '1.npz': Buffer.alloc(1 << 17) }, /131072 bytes, at most/],
  ])('%s', async (_, files, message) => {
    await zipOf(files);
    const problems = await checkSubmission(path, FORM);
    expect(problems[0]?.message).toMatch(message);
  });

  test('what is missing', async () => {
    await zipOf({ '2.npz': undefined, 'README.txt': undefined });
    expect((await checkSubmission(path, FORM)).map(({ message }) => message)).toEqual([
      'there is no README.txt',
      '1 .npz files, expected 2',
    ]);
    await writeFile(path, 'no zip at all');
    expect((await checkSubmission(path, FORM))[0]?.message).toMatch(/no zip/);
    await expect(checkSubmission(join(folder, 'nothing'), FORM)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test.each([
  ['another beginning', Buffer.from('NUMPY, not really')],
  [
    'big-endian numbers',
    Buffer.from(
      encodeNpy({ data: Int32Array.of(1), shape: [1] })
        .toString('latin1')
        .replace('<i4', '>i4'),
      'latin1',
    ),
  ],
  [
    'columns first',
    Buffer.from(
      encodeNpy({ data: Int32Array.of(1), shape: [1] })
        .toString('latin1')
        .replace('False', 'True '),
      'latin1',
    ),
  ],
  ['a cut', encodeNpy({ data: Int32Array.of(1, 2), shape: [2] }).subarray(0, -1)],
])('an .npy with %s is refused', (_, bytes) => {
  expect(() => decodeNpy(bytes)).toThrow(expect.objectContaining({ code: 'submission' }));
});
