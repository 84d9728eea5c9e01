/** The files of one published checkpoint. */
export interface CheckpointFiles {
  /** Length in bytes, null where there is no such file. */
  size(name: string): Promise<number | null>;
  /** Path of the file on this machine; a remote storage fetches it first. */
  fetch(name: string): Promise<string>;
}

/**
 * Where checkpoints lie. All that a new place (a bucket, a hub) has to do; what is in the files is not its affair.
 */
export interface CheckpointStorage {
  /** For people and messages: a folder, a bucket. */
  readonly location: string;
  /** Steps of everything that is published, sound or not, in any order. */
  steps(): Promise<number[]>;
  /**
   * Gives `fill` an empty local folder and publishes what it wrote: all files at once, in place of an older checkpoint
   * of that step, durable when this returns. Where `fill` or the storage fails, nothing of it stays.
   */
  publish(step: number, fill: (folder: string) => Promise<void>): Promise<void>;
  /** Lends the files of a step as long as `use` runs. A step that isn't there has files of size null. */
  read<T>(step: number, use: (files: CheckpointFiles) => Promise<T>): Promise<T>;
  /** Removes all of a step at once; a step that isn't there is no error. */
  remove(step: number): Promise<void>;
}
