import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Mp4Demuxer, Mp4Muxer, VideoFrame } from '@napi-rs/webcodecs';
import type { Mp4MuxerOptions } from '@napi-rs/webcodecs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { madeFrames, sampleSplit, temporaryFolder } from '../dataset.test.fixture.ts';
import type { Frames } from '../window.ts';
import { openVideo } from './open-video.ts';
import type { Video } from './open-video.ts';
import { writeVideo } from './write-video.ts';

// ffmpeg 5.1.9: ffmpeg -i video_0.mp4 -pix_fmt rgb24 -f framehash -hash sha256 -
// Key frames are 0, 30, … 150, 153, 183; there are B-frames between them.
const GOLDEN: Readonly<Record<number, string>> = {
  0: '51f8171b1571c9df607ad8308c30280e9c43a01430341d90b41c08ed35cf39ec',
  77: 'a6511215c83d9497f3c1dd0d43d4e95054f18da6c56fc6e6bff66c1d5ca4bf50',
  151: 'f16b628cb6ced71e52e09ba2f673ad7357fd05a12e57709e93bfd43513a00576',
  152: '29d5d74f8214315ca7233345a24500a1b6c6217e27b7bf481b86ff3bf47ed7f6',
  153: 'e99d3e2475d51c4cd0bc9ab2f68bd435415383276fb9c6afb7cb0461ff748ede',
  166: '479b1e9320a8d854526e2be8fd23613098cd4e9bb53a0a5357a96cc0089c64db',
  2362: 'b0a78a31720173fc193b560c489a454c94866d1405b5eadd196fe058c9271e0b',
};

const TRAIN = join(sampleSplit('train'), 'video_0.mp4');

async function opened(path: string, cacheBytes?: number): Promise<Video> {
  const video = await openVideo(path, cacheBytes === undefined ? {} : { cacheBytes });
  onTestFinished(() => video.close());
  return video;
}

function hashes({ data, count }: Frames): string[] {
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) =>
    createHash('sha256')
      .update(data.subarray(i * size, (i + 1) * size))
      .digest('hex'),
  );
}

describe('openVideo', () => {
  test('tells size, length and rate without decoding', async () => {
    const video = await opened(TRAIN);
    expect(video).toMatchObject({ frameCount: 2363, width: 128, height: 128 });
    expect(video.fps).toBeCloseTo(30, 6);
  });

  test.each(Object.entries(GOLDEN))('frame %s equals ffmpeg bit for bit', async (frame, golden) => {
    const video = await opened(TRAIN);
    expect(hashes(await video.read(Number(frame), 1))).toEqual([golden]);
  });

  test('a read over key frames, in the middle of a GOP, from the cache and without one gives the same frames', async () => {
    const video = await opened(TRAIN);
    const uncached = await opened(TRAIN, 0);
    const whole = hashes(await uncached.read(140, 40));
    expect(whole[11]).toBe(GOLDEN[151]);
    expect(whole[12]).toBe(GOLDEN[152]);
    expect(whole[13]).toBe(GOLDEN[153]);
    expect(whole[26]).toBe(GOLDEN[166]);
    expect(hashes(await video.read(150, 7))).toEqual(whole.slice(10, 17)); // fills part of the cache
    expect(hashes(await video.read(160, 5))).toEqual(whole.slice(20, 25));
    expect(hashes(await video.read(140, 40))).toEqual(whole); // two holes between cached frames
    expect(hashes(await video.read(140, 40))).toEqual(whole); // all cached
  });

  test('reads at once wait for each other', async () => {
    const video = await opened(TRAIN, 0);
    const reads = await Promise.all([video.read(166, 1), video.read(0, 1), video.read(77, 1)]);
    expect(reads.flatMap(hashes)).toEqual([GOLDEN[166], GOLDEN[0], GOLDEN[77]]);
  });

  test('the caller may change what it got: the cache keeps its own', async () => {
    const video = await opened(TRAIN);
    (await video.read(77, 2)).data.fill(0);
    expect(hashes(await video.read(77, 1))).toEqual([GOLDEN[77]]);
  });

  test.each([
    [-1, 1],
    [0, 0],
    [2362, 2],
    [0.5, 1],
    [NaN, 1],
  ])('frames %s + %s are out of range', async (start, count) => {
    const video = await opened(TRAIN);
    await expect(video.read(start, count)).rejects.toMatchObject({ code: 'range', file: TRAIN });
  });

  test('a worker thread is refused: the decoder would corrupt memory there', async () => {
    const worker = new Worker(new URL('video-worker.test.fixture.ts', import.meta.url), {
      workerData: TRAIN,
      execArgv: ['--conditions=@borealis/source', '--import', 'tsx'],
    });
    const ended = once(worker, 'exit');
    expect(await once(worker, 'message')).toEqual(['worker-thread']);
    await ended;
  });

  test('reading after close is refused, closing twice is not', async () => {
    const video = await openVideo(TRAIN);
    await video.close();
    await video.close();
    await expect(video.read(0, 1)).rejects.toMatchObject({ code: 'closed' });
  });

  test('every native frame is closed, wanted or not', async () => {
    const video = await opened(TRAIN, 0);
    const close = vi.spyOn(VideoFrame.prototype, 'close');
    onTestFinished(() => {
      close.mockRestore();
    });
    await video.read(88, 2); // from key frame 60 on, and what must be decoded behind 89
    expect(close.mock.calls.length).toBeGreaterThanOrEqual(30);
    expect(close.mock.contexts.every((frame) => frame instanceof VideoFrame && frame.closed)).toBe(true);
  });

  test('memory does not grow with reading', async () => {
    const video = await opened(TRAIN, 2 ** 20);
    const read = async (times: number): Promise<number> => {
      for (let i = 0; i < times; i++) await video.read((i * 211) % 2280, 77);
      globalThis.gc?.();
      return process.memoryUsage().rss;
    };
    const warm = await read(15);
    // 40 windows are 150 MB of RGB and 200 MB of RGBA
    expect((await read(40)) - warm).toBeLessThan(120 * 2 ** 20);
  });
});

/** The same packets in another kind of MP4. */
async function remuxed(path: string, source: string, options: Mp4MuxerOptions): Promise<void> {
  const demuxer = new Mp4Demuxer({ error: () => undefined });
  await demuxer.load(source);
  const muxer = new Mp4Muxer(options);
  const config = demuxer.videoDecoderConfig;
  muxer.addVideoTrack({
    codec: 'avc1.64000B',
    width: 128,
    height: 128,
    framerate: 30,
    ...(config?.description && { description: config.description }),
  });
  for await (const { videoChunk } of demuxer) if (videoChunk) muxer.addVideoChunk(videoChunk);
  await writeFile(path, muxer.finalize());
  demuxer.close();
  muxer.close();
}

test('a fragmented MP4, which has no tables, is read the same', async () => {
  const folder = await temporaryFolder();
  const source = join(folder, 'plain.mp4');
  const path = join(folder, 'fragmented.mp4');
  await writeVideo(source, [madeFrames(45, 0, 128, 128).frames, madeFrames(20, 3, 128, 128).frames], {
    fps: 30,
  });
  await remuxed(path, source, { fragmented: true });
  const [plain, fragmented] = [await opened(source), await opened(path)];
  expect(fragmented).toMatchObject({ frameCount: 65, width: 128, height: 128 });
  expect(hashes(await fragmented.read(40, 20))).toEqual(hashes(await plain.read(40, 20)));
});

describe('damaged videos', () => {
  async function damaged(damage: (path: string, bytes: Buffer) => Promise<void>): Promise<string> {
    const path = join(await temporaryFolder(), 'video_0.mp4');
    const source = join(sampleSplit('test'), 'video_0.mp4');
    await copyFile(source, path);
    await damage(path, await readFile(source));
    return path;
  }

  test.each([
    ['empty', (path: string) => truncate(path, 0)],
    ['cut off in the middle', (path: string, bytes: Buffer) => truncate(path, bytes.length >> 1)],
    [
      'some other kind of file',
      (path: string) => writeFile(path, 'not a video, but a longer text than a header'),
    ],
    [
      'a box that claims too much',
      (path: string) => writeFile(path, Buffer.from('7fffffff6d6f6f7600000000', 'hex')),
    ],
  ])('%s: not a whole MP4', async (_, damage) => {
    const path = await damaged(damage);
    await expect(openVideo(path)).rejects.toMatchObject({ name: 'DatasetError', code: 'video', file: path });
  });

  test('tables that contradict each other are refused without big allocations', async () => {
    const path = await damaged(async (file, bytes) => {
      bytes.writeUInt32BE(0xffff_fff0, bytes.indexOf('stsz') + 12);
      await writeFile(file, bytes);
    });
    await expect(openVideo(path)).rejects.toThrow(/claims 4294967280 frames/);
  });

  test('pictures overwritten with zeros are an error, not grey frames of another number', async () => {
    const path = await damaged(async (file, bytes) => {
      const start = bytes.indexOf('mdat') + 4;
      bytes.fill(0, start, start + bytes.readUInt32BE(start - 8) - 8);
      await writeFile(file, bytes);
    });
    const video = await opened(path);
    await expect(video.read(0, 17)).rejects.toMatchObject({ code: 'video', file: path });
    await expect(video.read(3, 2)).rejects.toMatchObject({ code: 'video' }); // and again
  });

  test('a missing file is named', async () => {
    await expect(openVideo('/nowhere/video_0.mp4')).rejects.toMatchObject({ code: 'missing-file' });
  });
});

describe('writeVideo', () => {
  test('what was written is read back, nearly the same', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'clip.mp4');
    const { frames } = madeFrames(70);
    await writeVideo(path, [frames, madeFrames(5, 1).frames], { fps: 30 });
    const video = await opened(path);
    expect(video).toMatchObject({ frameCount: 75, width: 32, height: 16 });
    expect(video.fps).toBeCloseTo(30, 3);
    const { data } = await video.read(0, 70);
    const mse = data.reduce((sum, value, i) => sum + (value - (frames.data[i] ?? 0)) ** 2, 0) / data.length;
    expect(10 * Math.log10(255 ** 2 / mse)).toBeGreaterThan(32);
  });

  test('fewer bits per pixel make a smaller file', async () => {
    const folder = await temporaryFolder();
    const sizes: number[] = [];
    for (const bitsPerPixel of [2, 0.2]) {
      const path = join(folder, `${bitsPerPixel}.mp4`);
      await writeVideo(path, [madeFrames(30).frames], { fps: 30, bitsPerPixel });
      sizes.push((await readFile(path)).length);
    }
    expect(sizes[1]).toBeLessThan(sizes[0] ?? 0);
  });

  test.each([
    ['no frames', []],
    ['odd sides', [madeFrames(1, 0, 31, 16).frames]],
    ['sizes that change', [madeFrames(1).frames, madeFrames(1, 0, 16, 16).frames]],
    ['data that is too short', [{ ...madeFrames(2).frames, count: 3 }]],
  ])('refuses %s and leaves nothing behind', async (_, frames) => {
    const folder = await temporaryFolder();
    const path = join(folder, 'clip.mp4');
    await expect(writeVideo(path, frames, { fps: 30 })).rejects.toMatchObject({ code: 'input' });
    expect(await readdir(folder)).toEqual([]);
  });
});
