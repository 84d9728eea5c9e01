import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

export const versionsSchema = z.object({
  node: z.string(),
  platform: z.string(),
  /** Absent where another backend computes. */
  tensorflow: z.string().optional(),
  packages: z.record(z.string(), z.string()),
  /** Of the checkout that the program runs from; absent where it is none. */
  commit: z.string().optional(),
});

export type Versions = z.infer<typeof versionsSchema>;

/**
 * With what a run is made.
 *
 * @param from `import.meta.url` of a module that depends on `packages`; a commit is looked up where it lies
 */
export async function collectVersions(options: {
  readonly from: string;
  readonly packages: readonly string[];
  readonly tensorflow?: string | undefined;
}): Promise<Versions> {
  const { from, packages, tensorflow } = options;
  const found = await Promise.all(
    packages.map(async (name) => [name, await packageVersion(name, from)] as const),
  );
  const commit = await commitOf(dirname(fileURLToPath(from)));
  return {
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    ...(tensorflow === undefined ? {} : { tensorflow }),
    packages: Object.fromEntries(found.filter(([, version]) => version !== undefined)) as Record<
      string,
      string
    >,
    ...(commit === undefined ? {} : { commit }),
  };
}

async function packageVersion(name: string, from: string): Promise<string | undefined> {
  for (const folder of createRequire(from).resolve.paths(name) ?? []) {
    try {
      const manifest: unknown = JSON.parse(await readFile(join(folder, name, 'package.json'), 'utf8'));
      return z.object({ version: z.string() }).safeParse(manifest).data?.version;
    } catch {
      // Not in this node_modules: the next one up may have it.
    }
  }
  return undefined;
}

async function commitOf(folder: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: folder });
    return stdout.trim();
  } catch {
    return undefined; // no git, or no checkout
  }
}
