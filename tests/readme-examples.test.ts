import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT, workspaceProjects } from './workspace.ts';

const packages = workspaceProjects().filter(({ folder }) => folder.startsWith('packages/'));
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-readme-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await symlink(join(ROOT, 'tests'), join(folder, 'tests')); // the examples name its sample data
});
afterEach(() => rm(folder, { recursive: true }));

/** What a reader has after installing the package: it, those beside it, and what it depends on. */
async function installModules(project: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  await symlink(join(ROOT, 'tests', 'node_modules', '@borealis'), join(modules, '@borealis'));
  const own = join(ROOT, project, 'node_modules');
  for (const name of await readdir(own).catch(() => [])) {
    if (!name.startsWith('.') && name !== '@borealis') await symlink(join(own, name), join(modules, name));
  }
}

test.each(packages)('$folder: the example in its README runs and prints something', async (project) => {
  const path = join(ROOT, project.folder, 'README.md');
  expect(existsSync(path), `${project.folder}/README.md is missing`).toBe(true);
  const blocks = [...(await readFile(path, 'utf8')).matchAll(/^```ts\n(.*?)^```$/gms)];
  expect(blocks, 'ts blocks in the README').toHaveLength(1);
  await installModules(project.folder);
  await writeFile(join(folder, 'example.ts'), blocks[0]?.[1] ?? '');
  const args = ['--conditions=@borealis/source', '--import', LOADER, 'example.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.base.json') },
  });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.trim()).not.toBe('');
});
