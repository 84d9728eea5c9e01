import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** How files are arranged: all in one folder, a folder per kind, or one pair of files per test clip. */
export type Layout = 'flat' | 'foldered' | 'clips';

/** What stands for the pictures: H.264 video, or grids of token codes. */
export type Form = 'raw' | 'tokenized';

/** Paths of one shard, relative to the dataset's folder. */
export interface ShardFiles {
  readonly video: string;
  readonly states: string;
  /** Absent in clips: a clip is one segment. */
  readonly segments?: string;
  /** Absent in clips. */
  readonly metadata?: string;
}

const FOLDERS = {
  video: 'videos',
  states: 'robot_states',
  segments: 'segment_indices',
  metadata: 'metadata',
};

/** Where the files of shard `shard` belong in a layout. */
export function shardFiles(layout: Layout, form: Form, shard: number): ShardFiles {
  const video = `video_${shard}.${form === 'raw' ? 'mp4' : 'bin'}`;
  const states = `states_${shard}.bin`;
  if (layout === 'clips') return { video, states };
  const segments = `segment_idx_${shard}.bin`;
  const metadata = `metadata_${shard}.json`;
  if (layout === 'flat') return { video, states, segments, metadata };
  return {
    video: join(FOLDERS.video, video),
    states: join(FOLDERS.states, states),
    segments: join(FOLDERS.segments, segments),
    metadata: join(FOLDERS.metadata, metadata),
  };
}

/** Finds out, by shard 0, how a sharded dataset is arranged; nothing where shard 0 has no video in either layout. */
export async function detectLayout(
  dir: string,
): Promise<{ layout: Exclude<Layout, 'clips'>; form: Form } | undefined> {
  for (const layout of ['flat', 'foldered'] as const) {
    for (const form of ['raw', 'tokenized'] as const) {
      if (await exists(join(dir, shardFiles(layout, form, 0).video))) return { layout, form };
    }
  }
  return undefined;
}

/** Whether something is at `path`. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
