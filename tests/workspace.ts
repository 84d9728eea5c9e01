import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../', import.meta.url));

export interface WorkspaceProject {
  /** Relative to the checkout, such as `packages/metrics`. */
  readonly folder: string;
  readonly manifest: PackageManifest;
}

export interface PackageManifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

/** Every package, app and tool that has a package.json. */
export function workspaceProjects(): WorkspaceProject[] {
  const projects: WorkspaceProject[] = [];
  for (const group of ['packages', 'apps', 'tools']) {
    for (const name of readdirSync(join(ROOT, group)).sort()) {
      const folder = `${group}/${name}`;
      try {
        projects.push({ folder, manifest: readJson(`${folder}/package.json`) as PackageManifest });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }
  return projects;
}

/** A JSON file of the checkout. */
export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}
