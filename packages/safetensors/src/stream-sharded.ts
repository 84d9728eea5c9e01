import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SafetensorsError } from './safetensors-error.ts';
import { planShards } from './shard-plan.ts';
import { contentWriter } from './stream-safetensors.ts';
import type { TensorSource, WriteSafetensorsOptions } from './stream-safetensors.ts';
import { syncDirectory } from './sync-directory.ts';
import { stageFile } from './write-atomically.ts';
import type { StagedFile } from './write-atomically.ts';

export interface StreamShardedOptions extends WriteSafetensorsOptions {
  /** Bytes of tensors in one file; only a tensor that is larger by itself exceeds it. */
  readonly maxShardBytes: number;
}

/** What was written. */
export interface ShardedFiles {
  /** What to open: the index, or the only file. */
  readonly path: string;
  /** All files, the one to open last. */
  readonly files: readonly string[];
}

const SUFFIX = '.safetensors';

/**
 * Writes tensors into as many files as they need, named as Hugging Face names them: `model.safetensors` where one is
 * enough, else `model-00001-of-00003.safetensors` … and `model.safetensors.index.json`. Sources are asked for their data
 * one after another, as by `streamSafetensors`.
 *
 * All files are written under temporary names first: where anything fails until then (a full disk), the folder is as it
 * was. Then they are named, the index last. Where shards of the same names are replaced, the old index goes first: who
 * looks in between finds no set rather than a mixed one. Files of an earlier set of the same name that are no part of
 * the new one are removed at the end.
 *
 * @param path ends in `.safetensors`
 * @throws SafetensorsError `invalid-sharding`; as `streamSafetensors`
 */
export async function streamSharded(
  path: string,
  sources: Iterable<TensorSource>,
  options: StreamShardedOptions,
): Promise<ShardedFiles> {
  if (!path.endsWith(SUFFIX)) {
    throw new SafetensorsError('invalid-sharding', `the name must end in ${SUFFIX}`, { file: path });
  }
  const { shards, totalBytes } = planShards(sources, options.maxShardBytes, path);
  const names = shardPaths(path, shards.length);
  const metadata = options.metadata ?? {};
  const indexPath = `${path}.index.json`;
  const contents = shards.map((tensors, i) => {
    const name = names[i] ?? path;
    return { name, write: contentWriter(name, tensors, metadata) };
  });
  if (shards.length > 1) {
    const owners = shards.flatMap((tensors, i) =>
      tensors.map(({ name }) => [name, basename(names[i] ?? path)] as const),
    );
    const index = formatIndex({ ...metadata, total_size: totalBytes }, owners);
    contents.push({ name: indexPath, write: (file) => file.write(index) });
  }
  const staged: StagedFile[] = [];
  try {
    for (const { name, write } of contents) staged.push(await stageFile(name, write, options));
    if (shards.length > 1 && names.some((name) => existsSync(name))) await removeDurably([indexPath]);
    for (const file of staged) {
      if (file.path === indexPath) await syncDirectory(dirname(path));
      await file.publish();
    }
  } catch (error) {
    for (const file of staged) await file.discard();
    throw error;
  }
  await syncDirectory(dirname(path));
  const files = staged.map((file) => file.path);
  await removeDurably(await outdated(path, files));
  return { path: shards.length > 1 ? indexPath : path, files };
}

function shardPaths(path: string, count: number): string[] {
  if (count === 1) return [path];
  const digits = (value: number) => `${value}`.padStart(5, '0');
  const stem = path.slice(0, -SUFFIX.length);
  return Array.from({ length: count }, (_, i) => `${stem}-${digits(i + 1)}-of-${digits(count)}${SUFFIX}`);
}

function formatIndex(
  metadata: Readonly<Record<string, string | number>>,
  owners: readonly (readonly [string, string])[],
): string {
  // Not JSON.stringify of one object: that would move names like "10" to the front and drop "__proto__".
  const members = owners.map(([tensor, file]) => `    ${JSON.stringify(tensor)}: ${JSON.stringify(file)}`);
  return `{\n  "metadata": ${JSON.stringify(metadata)},\n  "weight_map": {\n${members.join(',\n')}\n  }\n}\n`;
}

/** What an earlier save under the same name left: index first, so that no index names a file that is gone. */
async function outdated(path: string, kept: readonly string[]): Promise<string[]> {
  const folder = dirname(path);
  const stem = basename(path).slice(0, -SUFFIX.length);
  const isPart = (name: string): boolean => {
    if (!name.startsWith(stem)) return false;
    return /^((-\d{5}-of-\d{5})?\.safetensors|\.safetensors\.index\.json)$/.test(name.slice(stem.length));
  };
  const keep = new Set(kept.map((file) => basename(file)));
  const names = (await readdir(folder)).filter((name) => isPart(name) && !keep.has(name));
  const indexFirst = (name: string) => (name.endsWith('.json') ? 0 : 1);
  return names.sort((a, b) => indexFirst(a) - indexFirst(b)).map((name) => join(folder, name));
}

async function removeDurably(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await rm(path, { force: true });
    await syncDirectory(dirname(path));
  }
}
