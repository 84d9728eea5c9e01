import type { Form, Layout } from './shard-files.ts';
import type { Segment } from './segments.ts';
import type { FrameSize, Shard } from './survey-shard.ts';
import type { Frames, TokenGrids, WindowSpec } from './window.ts';
import type { WindowIndex } from './window-index.ts';

/** One split of 1X data, open for reading by position. */
export interface Dataset {
  readonly dir: string;
  /** Pictures as video, or as grids of token codes. */
  readonly form: Form;
  readonly layout: Layout;
  /** Frames per second. */
  readonly hz: number;
  /** Frames of all shards. */
  readonly frameCount: number;
  /** Of raw data. */
  readonly frameSize: FrameSize | undefined;
  /** Of tokenized data: `[grid h w]` of a triple, which stands for 17 frames. */
  readonly tokenShape: readonly [number, number, number] | undefined;
  /** `metadata.json` as it stands, foreign keys too. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** All files that belong to the dataset, `metadata.json` first. */
  readonly files: readonly string[];
  readonly shards: readonly Shard[];
  /** All segments, shard by shard. A segment ends with its shard. */
  readonly segments: readonly Segment[];
  /** Frames of a shard, `[t h w c]` RGB. Throws `range`, `content`, `video`, `closed`. */
  readFrames(shard: number, start: number, count: number): Promise<Frames>;
  /** Grids of `count` triples from triple `triple` on, `[3·count h w]`. Throws `range`, `content`, `token-range`, `closed`. */
  readTokens(shard: number, triple: number, count: number): Promise<TokenGrids>;
  /** States as stored, `[count, 25]`, not checked for NaN. Throws `range`, `closed`. */
  readStates(shard: number, start: number, count: number): Promise<Float32Array>;
  /**
   * The windows of a kind. Of test clips each is one window from its first frame: states as far as the window
   * goes, frames as far as there are. Throws `window-spec`, and `content` where the data holds no such thing.
   */
  windows(spec: WindowSpec): WindowIndex;
  /** Waits for reads under way and closes all files. */
  close(): Promise<void>;
}
