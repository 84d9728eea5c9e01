import type { TensorData, TensorSource } from '@borealis/safetensors';
import type { z } from 'zod';

/** What a run wants to keep. */
export interface CheckpointContent {
  /** Optimizer steps done: a whole number from 0 up. */
  readonly step: number;
  /**
   * Tensors under the name of their group (`params`, `optimizer`, `ema`; lower-case letters, digits, `_` and `-`). A
   * `Map` of tensors in memory, or sources that are asked for their bytes one after another.
   */
  readonly groups: Readonly<Record<string, Iterable<readonly [string, TensorData] | TensorSource>>>;
  /** Anything that JSON holds without loss: plain objects, lists, text, finite numbers, booleans, null. */
  readonly state: unknown;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** What the manifest says about a checkpoint. */
export interface CheckpointInfo {
  readonly step: number;
  readonly savedAt: Date;
  readonly groups: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of tensors and state together. */
  readonly byteLength: number;
}

/** A checkpoint in memory. */
export interface Checkpoint<State, Group extends string = string> extends Omit<CheckpointInfo, 'groups'> {
  readonly groups: Readonly<Record<Group, Map<string, TensorData>>>;
  readonly state: State;
}

export interface LoadOptions<State, Group extends string = string> {
  /** What the state must look like; what it gives is the checkpoint's `state`. */
  readonly state: z.ZodType<State>;
  /** Groups to read; all where it is not given. */
  readonly groups?: readonly Group[] | undefined;
}

/** A place that a run saves to and resumes from. */
export interface CheckpointStore {
  /** Where it is, for people. */
  readonly location: string;
  /**
   * Saves all of a checkpoint or nothing, then lets retention remove old ones. A checkpoint of the same step is
   * replaced. Where it fails (a full disk), every earlier checkpoint is as it was.
   *
   * @throws CheckpointError `invalid-step`, `invalid-group`, `invalid-state`, `invalid-metadata`; SafetensorsError for
   * tensors that the format can't hold; the system's errors
   */
  save(content: CheckpointContent): Promise<CheckpointInfo>;
  /**
   * Loads the checkpoint with the highest step among the sound ones; damaged ones are skipped with a warning each.
   *
   * @returns null where there is no checkpoint at all
   * @throws CheckpointError `none-usable` where there are some and all are damaged; otherwise as `load`: a state that
   * the schema refuses is a change of the program, not damage, and no reason to fall back silently
   */
  loadLatest<State, Group extends string = string>(
    options: LoadOptions<State, Group>,
  ): Promise<Checkpoint<State, Group> | null>;
  /** @throws CheckpointError `not-found`, `damaged`, `unsupported-version`, `missing-group`, `state-mismatch` */
  load<State, Group extends string = string>(
    step: number,
    options: LoadOptions<State, Group>,
  ): Promise<Checkpoint<State, Group>>;
  /** Checkpoints whose files are all there in full length, lowest step first; contents are checked when loaded. */
  list(): Promise<CheckpointInfo[]>;
  /** @throws CheckpointError `not-found` */
  remove(step: number): Promise<void>;
}
