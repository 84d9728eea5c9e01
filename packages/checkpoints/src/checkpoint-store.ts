import type { WriteAtomicallyOptions } from '@borealis/safetensors';
import type { Checkpoint, CheckpointInfo, CheckpointStore, LoadOptions } from './checkpoint.ts';
import { CheckpointError } from './checkpoint-error.ts';
import type { CheckpointStorage } from './checkpoint-storage.ts';
import type { Manifest } from './manifest.ts';
import { byteLength, readCheckpoint, readManifest } from './read-checkpoint.ts';
import { checkRetention, stepsToRemove } from './retention.ts';
import type { Retention } from './retention.ts';
import { checkContent, writeCheckpoint } from './write-checkpoint.ts';

export interface CheckpointStoreOptions {
  /** What to keep; everything where it is not given. */
  readonly retention?: Retention | undefined;
  /** Told once of each checkpoint that is skipped or can't be removed; default `process.emitWarning`. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Opens the files that are written; default `open` of `node:fs/promises`. Tests pass one that fails. */
  readonly openFile?: WriteAtomicallyOptions['openFile'];
}

/**
 * A checkpoint store over any storage.
 *
 * @throws CheckpointError `invalid-retention`
 */
export function createCheckpointStore(
  storage: CheckpointStorage,
  options: CheckpointStoreOptions = {},
): CheckpointStore {
  const { retention, openFile } = options;
  const { location } = storage;
  if (retention !== undefined) checkRetention(retention);
  const warned = new Set<string>();
  const warn = (message: string): void => {
    if (warned.has(message)) return;
    warned.add(message);
    if (options.warn === undefined) process.emitWarning(message);
    else options.warn(message);
  };

  const isThere = async (step: number): Promise<boolean> => (await storage.steps()).includes(step);

  /** Undefined, after a warning, where the checkpoint is damaged; `gone` where another process removed it meanwhile. */
  async function unlessDamaged<T>(step: number, read: () => Promise<T>): Promise<T | undefined | 'gone'> {
    try {
      return await read();
    } catch (error) {
      if (!(await isThere(step))) return 'gone';
      if (!(error instanceof CheckpointError) || error.code !== 'damaged') throw error;
      warn(`skipped a damaged checkpoint: ${error.message}`);
      return undefined;
    }
  }

  async function list(): Promise<CheckpointInfo[]> {
    const found: CheckpointInfo[] = [];
    for (const step of (await storage.steps()).sort((a, b) => a - b)) {
      const manifest = await unlessDamaged(step, () =>
        storage.read(step, (files) => readManifest(files, { location, step })),
      );
      if (manifest !== undefined && manifest !== 'gone') found.push(toInfo(manifest));
    }
    return found;
  }

  async function retain(saved: number): Promise<void> {
    if (retention === undefined) return;
    const steps = (await list()).map(({ step }) => step);
    for (const step of stepsToRemove(steps, saved, retention)) {
      try {
        await storage.remove(step);
      } catch (error) {
        // The new checkpoint is safe; a run must not end because an old one stays.
        warn(`${location}: step ${saved} is saved, but step ${step} could not be removed: ${String(error)}`);
      }
    }
  }

  return {
    location,

    async save(content) {
      checkContent(content);
      let manifest: Manifest | undefined;
      await storage.publish(content.step, async (folder) => {
        manifest = await writeCheckpoint(folder, content, openFile);
      });
      if (manifest === undefined) throw new TypeError(`${location}: the storage published without filling`);
      await retain(content.step);
      return toInfo(manifest);
    },

    async load<State, Group extends string, Content>(
      step: number,
      loadOptions: LoadOptions<State, Group, Content>,
    ) {
      if (!(await isThere(step))) throw await notFound(step);
      return storage.read(step, (files) => readCheckpoint(files, { location, step }, loadOptions));
    },

    async loadLatest<State, Group extends string, Content>(
      loadOptions: LoadOptions<State, Group, Content>,
    ): Promise<Checkpoint<State, Group, Content> | null> {
      for (;;) {
        const steps = (await storage.steps()).sort((a, b) => b - a);
        if (steps.length === 0) return null;
        let gone = false;
        for (const step of steps) {
          const checkpoint = await unlessDamaged(step, () =>
            storage.read(step, (files) => readCheckpoint(files, { location, step }, loadOptions)),
          );
          gone = checkpoint === 'gone';
          if (gone) break;
          if (checkpoint !== undefined && checkpoint !== 'gone') return checkpoint;
        }
        // Where one went while it was read, its writer has saved later ones: look again.
        if (gone) continue;
        const problem = `all ${steps.length} checkpoints are damaged (steps ${steps.join(', ')}); remove them to start anew`;
        throw new CheckpointError('none-usable', problem, { location });
      }
    },

    list,

    async remove(step) {
      if (!(await isThere(step))) throw await notFound(step);
      await storage.remove(step);
    },
  };

  async function notFound(step: number): Promise<CheckpointError> {
    const steps = (await storage.steps()).sort((a, b) => a - b);
    const there = steps.length === 0 ? 'there are none' : `there are ${steps.join(', ')}`;
    return new CheckpointError('not-found', `no checkpoint of step ${step}; ${there}`, { location, step });
  }
}

function toInfo(manifest: Manifest): CheckpointInfo {
  const { step, savedAt, groups, metadata } = manifest;
  return { step, savedAt: new Date(savedAt), groups, metadata, byteLength: byteLength(manifest) };
}
