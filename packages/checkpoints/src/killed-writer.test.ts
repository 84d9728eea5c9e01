import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openFolderStore } from './index.ts';
import { content, STATE, temporaryFolder } from './store.test.fixture.ts';

const WRITER = fileURLToPath(new URL('killed-writer.test.fixture.ts', import.meta.url));

test('a writer that is killed at any moment loses nothing that it had saved', async () => {
  const folder = await temporaryFolder();
  let next = 1;
  for (let round = 0; round < 6; round++) {
    const child = spawn(
      process.execPath,
      ['--conditions=@borealis/source', '--import', 'tsx', WRITER, folder, `${next}`],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    await pause(round * 7);
    child.kill('SIGKILL');
    await closed;

    const saved = Number(said.trimEnd().split('\n').at(-1));
    const warnings: string[] = [];
    const store = await openFolderStore(folder, { warn: (text) => warnings.push(text) });
    const latest = await store.loadLatest({ state: STATE });
    expect(latest?.step).toBeGreaterThanOrEqual(saved);
    expect(latest?.groups).toEqual(content(latest?.step ?? -1).groups);
    expect(warnings).toEqual([]);
    // Opening the store removed what the dead writer was at.
    expect((await readdir(folder)).filter((name) => name.includes('.'))).toEqual([]);
    next = (latest?.step ?? 0) + 1;
  }
});
