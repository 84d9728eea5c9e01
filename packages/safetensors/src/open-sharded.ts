import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openSafetensors } from './open-safetensors.ts';
import type { SafetensorsFile } from './open-safetensors.ts';
import { parseStrictJson } from './parse-strict-json.ts';
import { SafetensorsError } from './safetensors-error.ts';

/** One file handle is held for each; published models have at most a few hundred. */
const MAX_SHARD_COUNT = 1_000;

/**
 * Opens a set of shards through its `*.safetensors.index.json` (`{ "weight_map": { tensor: file } }`) as one file.
 * Every shard's header is read and every listed tensor looked up before this returns. Tensors that lie in a shard but
 * are not listed are left out, as the reference loaders do. `metadata` is that of the index, numbers as text.
 *
 * @throws SafetensorsError `invalid-index`, `duplicate-key`, `missing-shard`, `missing-tensor`; as `openSafetensors`
 */
export async function openSharded(indexPath: string): Promise<SafetensorsFile> {
  const { weightMap, metadata } = parseIndex(await readFile(indexPath), indexPath);
  const shardNames = new Set(weightMap.values());
  if (shardNames.size > MAX_SHARD_COUNT) {
    const problem = `${shardNames.size} shards; at most ${MAX_SHARD_COUNT} are opened`;
    throw new SafetensorsError('invalid-index', problem, { file: indexPath });
  }
  const shards = new Map<string, SafetensorsFile>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  const owners = new Map<string, SafetensorsFile>();
  try {
    for (const name of shardNames) shards.set(name, await openShard(name, indexPath));
    for (const [tensor, shardName] of weightMap) {
      const shard = shards.get(shardName);
      if (!shard?.has(tensor)) {
        throw new SafetensorsError(
          'missing-tensor',
          `tensor ${JSON.stringify(tensor)} is listed as part of ${shardName}, which does not hold it`,
          { file: indexPath, tensor },
        );
      }
      owners.set(tensor, shard);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const owner = (name: string): SafetensorsFile => {
    const shard = owners.get(name);
    if (shard === undefined) {
      const problem = `no tensor ${JSON.stringify(name)} among ${owners.size}`;
      throw new SafetensorsError('unknown-tensor', problem, { file: indexPath, tensor: name });
    }
    return shard;
  };
  return {
    names: [...weightMap.keys()],
    metadata,
    has: (name) => owners.has(name),
    info: (name) => owner(name).info(name),
    read: async (name) => owner(name).read(name),
    readInto: async (name, target, offset) => owner(name).readInto(name, target, offset),
    locate: (name) => owner(name).locate(name),
    checkUnchanged: async () => {
      for (const shard of shards.values()) await shard.checkUnchanged();
    },
    close,
  };
}

async function openShard(name: string, indexPath: string): Promise<SafetensorsFile> {
  try {
    return await openSafetensors(join(dirname(indexPath), name));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      const problem = `the shard ${name} is missing: fetch it into the folder of the index`;
      throw new SafetensorsError('missing-shard', problem, { file: indexPath, cause });
    }
    throw cause;
  }
}

function parseIndex(
  bytes: Uint8Array,
  file: string,
): { weightMap: Map<string, string>; metadata: Record<string, string> } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SafetensorsError('invalid-index', 'the index is not UTF-8', { file, cause });
  }
  const root = parseStrictJson(text, { file, byte: 0, code: 'invalid-index' });
  const listed = root instanceof Map ? root.get('weight_map') : undefined;
  if (!(listed instanceof Map)) {
    throw new SafetensorsError('invalid-index', 'no "weight_map" object in the index', { file });
  }
  const weightMap = new Map<string, string>();
  for (const [tensor, shard] of listed) {
    // A crafted index must not reach outside its own folder.
    if (typeof shard !== 'string' || !/^[^/\\\0]+$/.test(shard) || shard === '.' || shard === '..') {
      const problem = `weight_map of ${JSON.stringify(tensor)} must be the name of a file beside the index`;
      throw new SafetensorsError('invalid-index', problem, { file, tensor });
    }
    weightMap.set(tensor, shard);
  }
  const extra = root instanceof Map ? root.get('metadata') : undefined;
  const metadata: [string, string][] = [];
  if (extra instanceof Map) {
    for (const [key, value] of extra) {
      if (typeof value === 'string') metadata.push([key, value]);
      else if (typeof value === 'object' && value !== null && 'literal' in value) {
        metadata.push([key, value.literal]);
      }
    }
  }
  return { weightMap, metadata: Object.fromEntries(metadata) };
}
