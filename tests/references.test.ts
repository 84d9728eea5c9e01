import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { readJson, ROOT, workspaceProjects, type PackageManifest } from './workspace.ts';

interface TypeScriptConfig {
  readonly references?: readonly { readonly path: string }[];
}

const projects = [
  ...workspaceProjects(),
  { folder: 'tests', manifest: readJson('tests/package.json') as PackageManifest },
];
const folderOf = new Map(projects.map(({ folder, manifest }) => [manifest.name, folder]));

test.each(projects)(
  '$folder: TypeScript references are the workspace dependencies',
  ({ folder, manifest }) => {
    const { references = [] } = readJson(`${folder}/tsconfig.json`) as TypeScriptConfig;
    const named = references.map(({ path }) => posix.join(folder, path)).sort();
    const needed = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
      .map((name) => folderOf.get(name))
      .filter((path) => path !== undefined)
      .sort();
    expect(named).toEqual(needed);
  },
);

test('the root names every project', () => {
  const { references = [] } = readJson('tsconfig.json') as TypeScriptConfig;
  expect(references.map(({ path }) => path).sort()).toEqual(projects.map(({ folder }) => folder).sort());
});

test('each project carries the tag of its folder, which the boundaries are drawn with', () => {
  for (const { folder, manifest } of projects) {
    expect(manifest.nx?.tags, folder).toEqual([`scope:${posix.basename(folder)}`]);
  }
});

test('versions are pinned in the catalog alone', () => {
  for (const { folder, manifest } of projects) {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, `${folder}: ${name}`).toBe(name.startsWith('@borealis/') ? 'workspace:*' : 'catalog:');
    }
  }
  const catalog = readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8');
  expect(catalog).not.toMatch(/: ['"]?[\^~>*]/);
});
