export type {
  Checkpoint,
  CheckpointContent,
  CheckpointInfo,
  CheckpointStore,
  GroupReader,
  LoadOptions,
} from './checkpoint.ts';
export { CheckpointError } from './checkpoint-error.ts';
export type { CheckpointErrorCode, CheckpointErrorFields } from './checkpoint-error.ts';
export type { CheckpointFiles, CheckpointStorage } from './checkpoint-storage.ts';
export { createCheckpointStore } from './checkpoint-store.ts';
export type { CheckpointStoreOptions } from './checkpoint-store.ts';
export { openFolderStore } from './open-folder-store.ts';
export type { Retention } from './retention.ts';
export { writeFileAtomic } from './write-file-atomic.ts';
