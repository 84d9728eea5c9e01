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
export interface Checkpoint<
  State,
  Group extends string = string,
  Content = Map<string, TensorData>,
> extends Omit<CheckpointInfo, 'groups'> {
  readonly groups: Readonly<Record<Group, Content>>;
  readonly state: State;
}

/** How the tensors of a group are read, for who has other places for them than JavaScript's memory. */
export interface GroupReader<Content> {
  /** Reads a safetensors file whose every byte was checked; it is there until this is done. */
  read(path: string, group: string): Promise<Content>;
  /** Lets go of a group where a later one can't be read. */
  discard(content: Content): void;
}

export interface LoadOptions<State, Group extends string = string, Content = Map<string, TensorData>> {
  /** What the state must look like; what it gives is the checkpoint's `state`. */
  readonly state: z.ZodType<State>;
  /** Groups to read; all where it is not given. */
  readonly groups?: readonly Group[] | undefined;
  /** Default: whole into memory, as `readSafetensors`. */
  readonly reader?: GroupReader<Content> | undefined;
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
  loadLatest<State, Group extends string = string, Content = Map<string, TensorData>>(
    options: LoadOptions<State, Group, Content>,
  ): Promise<Checkpoint<State, Group, Content> | null>;
  /** @throws CheckpointError `not-found`, `damaged`, `unsupported-version`, `missing-group`, `state-mismatch` */
  load<State, Group extends string = string, Content = Map<string, TensorData>>(
    step: number,
    options: LoadOptions<State, Group, Content>,
  ): Promise<Checkpoint<State, Group, Content>>;
  /** Checkpoints whose files are all there in full length, lowest step first; contents are checked when loaded. */
  list(): Promise<CheckpointInfo[]>;
  /** @throws CheckpointError `not-found` */
  remove(step: number): Promise<void>;
}
