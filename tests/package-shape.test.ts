import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, test } from 'vitest';
import { readJson, ROOT, workspaceProjects } from './workspace.ts';

const published = workspaceProjects().filter(({ manifest }) => manifest.private !== true);

interface PackedFile {
  readonly path: string;
}

/** What `npm publish` would send. */
function packedFiles(folder: string): string[] {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--loglevel=error'], {
    cwd: join(ROOT, folder),
    encoding: 'utf8',
  });
  const [packed] = JSON.parse(output) as { files: PackedFile[] }[];
  return (packed?.files ?? []).map(({ path }) => path);
}

test.each(published)('$folder: publint finds nothing', async ({ folder }) => {
  const pkgDir = join(ROOT, folder);
  const { messages, pkg } = await publint({ pkgDir, level: 'suggestion', strict: true, pack: false });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test.each(published)('$folder: the tarball holds code, types, README; no tests, no sources', ({ folder }) => {
  const files = packedFiles(folder);
  expect(files).toEqual(
    expect.arrayContaining(['package.json', 'README.md', 'dist/index.js', 'dist/index.d.ts']),
  );
  expect(files.filter((path) => /\.test\.|^src\/|tsbuildinfo|test-results/.test(path))).toEqual([]);
});

test('the tarball of tensor holds what the addon is compiled from', () => {
  expect(packedFiles('packages/tensor')).toContain('native/borealis.cc');
});

test.each(published)('$folder: what is published names built files only', ({ folder }) => {
  const { publishConfig } = readJson(`${folder}/package.json`) as { publishConfig?: { exports?: object } };
  const text = JSON.stringify(publishConfig?.exports ?? {});
  expect(text).toContain('./dist/index.js');
  expect(text).not.toContain('/src/');
  for (const [path] of text.matchAll(/\.\/dist\/[^"]+/g)) {
    expect(existsSync(join(ROOT, folder, path)), `${folder}/${path}`).toBe(true);
  }
});
