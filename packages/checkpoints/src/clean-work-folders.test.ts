import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cleanWorkFolders } from './clean-work-folders.ts';
import { openFolderStore } from './index.ts';
import { ownerRuns, ownerToken } from './owner.ts';
import { parseWorkFolderName, stepOfFolder, workFolderName } from './step-folder.ts';
import { content, STATE, temporaryFolder } from './store.test.fixture.ts';

const MINUTE_MS = 60_000;
const [HOST = '', , LIFE = ''] = ownerToken().split('-');
/** The number of a process that has ended. */
const ENDED = spawnSync(process.execPath, ['--version']).pid;

async function workFolder(root: string, name: string, ageMs = 0): Promise<void> {
  const path = join(root, name);
  await mkdir(path);
  await writeFile(join(path, 'params.safetensors'), 'half');
  const time = new Date(Date.now() - ageMs);
  await utimes(join(path, 'params.safetensors'), time, time);
  await utimes(path, time, time);
}

test('names are read as they are written', () => {
  const folder = { step: 1200, kind: 'tmp', owner: ownerToken() } as const;
  expect(workFolderName(folder, 3)).toMatch(/^step-00001200\.tmp-[0-9a-f]{8}-\d+-[0-9a-f]{8}-3$/);
  expect(parseWorkFolderName(workFolderName(folder, 3))).toEqual(folder);
  expect(stepOfFolder(workFolderName(folder, 3))).toBeUndefined();
  expect(parseWorkFolderName('step-00001200')).toBeUndefined();
});

test('whether an owner runs', () => {
  expect(ownerRuns(ownerToken())).toBe(true);
  expect(ownerRuns(`${HOST}-${process.pid}-00000000`)).toBe(false);
  expect(ownerRuns(`${HOST}-${ENDED}-${LIFE}`)).toBe(false);
  expect(ownerRuns(`${HOST}-1-${LIFE}`)).toBeUndefined();
  expect(ownerRuns(`00000000-${ENDED}-${LIFE}`)).toBeUndefined();
  expect(ownerRuns('x')).toBeUndefined();
});

test('what dead writers left goes, what living ones work on stays', async () => {
  const root = await temporaryFolder();
  const dead = [
    `step-00000001.tmp-${HOST}-${ENDED}-${LIFE}-0`,
    `step-00000002.removed-${HOST}-${ENDED}-${LIFE}-1`,
    // An earlier life of this process's number, as in a container that was started again.
    `step-00000003.tmp-${HOST}-${process.pid}-00000000-0`,
  ];
  const alive = [`step-00000004.tmp-${ownerToken()}-0`];
  const unknown = [`step-00000005.tmp-00000000-${ENDED}-${LIFE}-0`, `step-00000006.tmp-${HOST}-1-${LIFE}-0`];
  const foreign = [
    'step-00000007.tmp',
    'other.tmp-a-0',
    'step-7.tmp-a-0',
    `step-00000008.kept-${HOST}-${ENDED}-${LIFE}-0`,
  ];
  for (const name of [...dead, ...alive, ...unknown, ...foreign]) await workFolder(root, name);

  await cleanWorkFolders(root);
  expect((await readdir(root)).sort()).toEqual([...alive, ...unknown, ...foreign].sort());

  // A writer that can't be asked counts as dead when nothing has changed for an hour.
  await cleanWorkFolders(root, Date.now() + 59 * MINUTE_MS);
  expect((await readdir(root)).sort()).toEqual([...alive, ...unknown, ...foreign].sort());
  await cleanWorkFolders(root, Date.now() + 61 * MINUTE_MS);
  expect((await readdir(root)).sort()).toEqual([...alive, ...foreign].sort());
});

test('the age is that of the newest file, not of the folder', async () => {
  const root = await temporaryFolder();
  const name = `step-00000005.tmp-00000000-1-${LIFE}-0`;
  await workFolder(root, name, 120 * MINUTE_MS);
  await utimes(join(root, name, 'params.safetensors'), new Date(), new Date());
  await cleanWorkFolders(root);
  expect(await readdir(root)).toEqual([name]);
});

test('opening and saving clean up; a checkpoint that was put aside and not replaced comes back', async () => {
  const root = await temporaryFolder();
  const store = await openFolderStore(root);
  await store.save(content(100));
  await store.save(content(200));
  await rename(join(root, 'step-00000200'), join(root, `step-00000200.replaced-${HOST}-${ENDED}-${LIFE}-0`));
  await workFolder(root, `step-00000100.replaced-${HOST}-${ENDED}-${LIFE}-0`);
  await workFolder(root, `step-00000200.tmp-${HOST}-${ENDED}-${LIFE}-0`);
  const reopened = await openFolderStore(root);
  expect(await readdir(root)).toEqual(['step-00000100', 'step-00000200']);
  expect((await reopened.loadLatest({ state: STATE }))?.step).toBe(200);
  expect((await reopened.load(100, { state: STATE })).step).toBe(100);

  await workFolder(root, `step-00000300.tmp-${HOST}-${ENDED}-${LIFE}-0`);
  await reopened.save(content(400));
  expect(await readdir(root)).toEqual(['step-00000100', 'step-00000200', 'step-00000400']);
});

test('a folder that isn’t there is no error', async () => {
  await cleanWorkFolders(join(await temporaryFolder(), 'none'));
});
