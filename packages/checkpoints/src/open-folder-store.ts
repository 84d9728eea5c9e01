import { createCheckpointStore } from './checkpoint-store.ts';
import type { CheckpointStoreOptions } from './checkpoint-store.ts';
import type { CheckpointStore } from './checkpoint.ts';
import { cleanWorkFolders } from './clean-work-folders.ts';
import { folderStorage } from './folder-storage.ts';

/**
 * Opens a folder of checkpoints, which need not exist yet: `step-00001200/` with one safetensors file per group,
 * `state.json` and `manifest.json`. What writers that died left behind is removed.
 *
 * @throws CheckpointError `invalid-retention`
 */
export async function openFolderStore(
  directory: string,
  options: CheckpointStoreOptions = {},
): Promise<CheckpointStore> {
  const storage = folderStorage(directory);
  const store = createCheckpointStore(storage, options);
  await cleanWorkFolders(storage.location);
  return store;
}
