import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { readSafetensors, SafetensorsError } from '@borealis/safetensors';
import type { TensorData } from '@borealis/safetensors';
import { z } from 'zod';
import type { Checkpoint, GroupReader, LoadOptions } from './checkpoint.ts';
import { CheckpointError } from './checkpoint-error.ts';
import type { CheckpointFiles } from './checkpoint-storage.ts';
import { groupFile, MANIFEST_FILE, parseManifest, STATE_FILE } from './manifest.ts';
import type { Manifest } from './manifest.ts';

interface Place {
  readonly location: string;
  readonly step: number;
}

/**
 * Reads the manifest and makes sure that its files are there in full length.
 *
 * @throws CheckpointError `damaged`, `unsupported-version`
 */
export async function readManifest(files: CheckpointFiles, place: Place): Promise<Manifest> {
  if ((await files.size(MANIFEST_FILE)) === null) {
    throw damaged(place, MANIFEST_FILE, 'missing: the checkpoint was never finished');
  }
  const text = await readFile(await files.fetch(MANIFEST_FILE), 'utf8');
  let manifest: ReturnType<typeof parseManifest>;
  try {
    manifest = parseManifest(text);
  } catch (cause) {
    throw damaged(place, MANIFEST_FILE, 'not a sound manifest', cause);
  }
  if ('unsupported' in manifest) {
    const problem = `version ${manifest.unsupported} of the format: a later version of this package reads it`;
    throw new CheckpointError('unsupported-version', problem, { ...place, file: MANIFEST_FILE });
  }
  if (manifest.step !== place.step) {
    throw damaged(place, MANIFEST_FILE, `written for step ${manifest.step}`);
  }
  for (const [name, { bytes }] of Object.entries(manifest.files)) {
    const size = await files.size(name);
    if (size === null) throw damaged(place, name, 'missing');
    if (size !== bytes) throw damaged(place, name, `${size} bytes, ${bytes} were written`);
  }
  return manifest;
}

/**
 * Reads a checkpoint; every byte that is used is checked against the manifest's hashes.
 *
 * @throws CheckpointError `damaged`, `unsupported-version`, `missing-group`, `state-mismatch`
 */
export async function readCheckpoint<State, Group extends string, Content>(
  files: CheckpointFiles,
  place: Place,
  options: LoadOptions<State, Group, Content>,
): Promise<Checkpoint<State, Group, Content>> {
  const manifest = await readManifest(files, place);
  const wanted: readonly string[] = options.groups ?? manifest.groups;
  for (const group of wanted) {
    if (!manifest.groups.includes(group)) {
      const problem = `no group ${JSON.stringify(group)}, only ${manifest.groups.join(', ')}`;
      throw new CheckpointError('missing-group', problem, place);
    }
  }
  const stateText = await readFile(await verified(files, place, manifest, STATE_FILE), 'utf8');
  const state = checkedState(stateText, options.state, place);
  return {
    step: manifest.step,
    savedAt: new Date(manifest.savedAt),
    metadata: manifest.metadata,
    byteLength: byteLength(manifest),
    state,
    groups: await readGroups(wanted),
  };

  async function readGroups(wanted: readonly string[]): Promise<Record<Group, Content>> {
    // Without a reader, `Content` is what this one gives.
    const reader = options.reader ?? (READ_WHOLE as unknown as GroupReader<Content>);
    const groups: Record<string, Content> = {};
    try {
      for (const group of wanted) {
        const path = await verified(files, place, manifest, groupFile(group));
        groups[group] = await reader.read(path, group).catch((cause: unknown) => {
          if (!(cause instanceof SafetensorsError)) throw cause;
          throw damaged(place, groupFile(group), 'not a sound safetensors file', cause);
        });
      }
    } catch (error) {
      for (const content of Object.values(groups)) reader.discard(content);
      throw error;
    }
    // Each wanted group was found in the manifest above.
    return groups;
  }
}

const READ_WHOLE: GroupReader<Map<string, TensorData>> = {
  read: async (path) => (await readSafetensors(path)).tensors,
  discard: () => undefined,
};

export function byteLength(manifest: Manifest): number {
  return Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0);
}

async function verified(
  files: CheckpointFiles,
  place: Place,
  manifest: Manifest,
  name: string,
): Promise<string> {
  const path = await files.fetch(name);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  const found = hash.digest('hex');
  const written = manifest.files[name]?.sha256;
  if (found !== written) {
    throw damaged(place, name, `its content changed: sha256 ${found}, ${written} was written`);
  }
  return path;
}

function checkedState<State>(text: string, schema: z.ZodType<State>, place: Place): State {
  const result = schema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  const problem =
    `the state is not what this program expects:\n${z.prettifyError(result.error)}\n` +
    'Resume with the version that wrote it, or start a new run.';
  throw new CheckpointError('state-mismatch', problem, { ...place, file: STATE_FILE, cause: result.error });
}

function damaged(place: Place, file: string, problem: string, cause?: unknown): CheckpointError {
  return new CheckpointError('damaged', problem, { ...place, file, cause });
}
