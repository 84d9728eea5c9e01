import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { syncDirectory } from '@borealis/safetensors';
import type { CheckpointStorage } from './checkpoint-storage.ts';
import { cleanWorkFolders } from './clean-work-folders.ts';
import { ownerToken } from './owner.ts';
import { stepFolderName, stepOfFolder, workFolderName } from './step-folder.ts';
import type { WorkKind } from './step-folder.ts';

/** What `rename` says where a non-empty folder, or a file, stands at the target. */
const OCCUPIED = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM']);
let serial = 0;

/** Checkpoints as folders `step-00001200` in a directory, which is made when the first one is saved. */
export function folderStorage(directory: string): CheckpointStorage {
  const root = resolve(directory);
  const home = (step: number): string => join(root, stepFolderName(step));
  const work = (step: number, kind: WorkKind): string =>
    join(root, workFolderName({ step, kind, owner: ownerToken() }, serial++));

  return {
    location: root,

    async steps() {
      try {
        const entries = await readdir(root);
        return entries.map(stepOfFolder).filter((step) => step !== undefined);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      }
    },

    async publish(step, fill) {
      await makeDurableDirectory(root);
      await cleanWorkFolders(root);
      const temporary = work(step, 'tmp');
      await mkdir(temporary);
      try {
        await fill(temporary);
        await syncDirectory(temporary);
        await moveInto(temporary, home(step), () => work(step, 'replaced'));
      } catch (error) {
        // The first error is the one to tell of, even if the removal fails too.
        await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
        throw error;
      }
      await syncDirectory(root);
    },

    async read(step, use) {
      return use({
        async size(name) {
          try {
            const found = await stat(join(home(step), name));
            return found.isFile() ? found.size : null;
          } catch (error) {
            if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
            throw error;
          }
        },
        fetch: (name) => Promise.resolve(join(home(step), name)),
      });
    },

    async remove(step) {
      const aside = work(step, 'removed');
      try {
        // A removal that is cut short must not look like a checkpoint.
        await rename(home(step), aside);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return;
        throw error;
      }
      await syncDirectory(root);
      await rm(aside, { recursive: true, force: true });
    },
  };
}

/** Renames a folder to where an older one may stand, which is put aside first and back where the rename fails. */
async function moveInto(from: string, to: string, asideName: () => string): Promise<void> {
  try {
    await rename(from, to);
    return;
  } catch (error) {
    if (!OCCUPIED.has(codeOf(error) ?? '')) throw error;
  }
  const aside = asideName();
  await rename(to, aside);
  try {
    await rename(from, to);
  } catch (error) {
    await rename(aside, to);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function makeDurableDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  if (first === undefined) return;
  const stop = dirname(first);
  for (let made = directory; made !== stop && made !== dirname(made); made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
