import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { streamSafetensors, writeAtomically } from '@borealis/safetensors';
import type { TensorData, TensorSource, WriteAtomicallyOptions } from '@borealis/safetensors';
import type { CheckpointContent } from './checkpoint.ts';
import { checkJson } from './check-json.ts';
import { CheckpointError } from './checkpoint-error.ts';
import {
  formatManifest,
  groupFile,
  isGroupName,
  MANIFEST_FILE,
  MANIFEST_VERSION,
  STATE_FILE,
} from './manifest.ts';
import type { Manifest, ManifestFile } from './manifest.ts';

/** Refuses what a checkpoint can't hold before anything is written. @throws CheckpointError */
export function checkContent({ step, groups, state, metadata = {} }: CheckpointContent): void {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new CheckpointError('invalid-step', `the step is ${step}; a whole number from 0 up is expected`);
  }
  for (const group of Object.keys(groups)) {
    if (!isGroupName(group)) {
      const rule = 'a lower-case letter, then up to 63 of a–z, 0–9, _ and -';
      throw new CheckpointError('invalid-group', `a group can't be called ${JSON.stringify(group)}: ${rule}`);
    }
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') {
      throw new CheckpointError('invalid-metadata', `metadata ${JSON.stringify(key)} must be text`);
    }
  }
  checkJson(state);
}

/** Writes all files of a checkpoint into an empty folder, each durable, the manifest last. */
export async function writeCheckpoint(
  folder: string,
  content: CheckpointContent,
  openFile: WriteAtomicallyOptions['openFile'],
): Promise<Manifest> {
  const { step, groups, state, metadata = {} } = content;
  const files: Record<string, ManifestFile> = {};

  const write = async (
    name: string,
    writer: (path: string, options: WriteAtomicallyOptions) => Promise<void>,
  ): Promise<void> => {
    const hash = createHash('sha256');
    let bytes = 0;
    // Hashed on the way to the disk: reading back would vouch for what went wrong in between.
    const onBytes = (chunk: Uint8Array): void => {
      hash.update(chunk);
      bytes += chunk.byteLength;
    };
    await writer(join(folder, name), { onBytes, openFile });
    files[name] = { bytes, sha256: hash.digest('hex') };
  };

  for (const [group, tensors] of Object.entries(groups)) {
    await write(groupFile(group), (path, options) =>
      streamSafetensors(path, [...tensors].map(toSource), {
        ...options,
        metadata: { group, step: `${step}` },
      }),
    );
  }
  const stateText = `${JSON.stringify(state)}\n`;
  await write(STATE_FILE, (path, options) => writeAtomically(path, (file) => file.write(stateText), options));

  const manifest: Manifest = {
    format: 'borealis-checkpoint',
    version: MANIFEST_VERSION,
    step,
    savedAt: new Date().toISOString(),
    metadata: { ...metadata },
    groups: Object.keys(groups),
    files,
  };
  const text = formatManifest(manifest);
  await writeAtomically(join(folder, MANIFEST_FILE), (file) => file.write(text), { openFile });
  return manifest;
}

function toSource(tensor: readonly [string, TensorData] | TensorSource): TensorSource {
  if (!isPair(tensor)) return tensor;
  const [name, { dtype, shape, data }] = tensor;
  return { name, dtype, shape, data };
}

function isPair(
  tensor: readonly [string, TensorData] | TensorSource,
): tensor is readonly [string, TensorData] {
  return Array.isArray(tensor);
}
