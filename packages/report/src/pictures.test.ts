import { Mp4Demuxer, VideoDecoder } from '@napi-rs/webcodecs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { contactSheet } from './contact-sheet.ts';
import { differenceFrames } from './difference-frames.ts';
import { encodeFilm } from './encode-film.ts';
import { encodePng } from './encode-png.ts';
import type { Frames } from './frames.ts';
import { sideBySide } from './side-by-side.ts';
import { movingColors } from './moving-colors.test.fixture.ts';

async function pixels(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), ...info };
}

const pixel = (frames: Frames, x: number, y: number) => [...frames.data.subarray((y * frames.width + x) * 3).subarray(0, 3)];

describe('encodePng', () => {
  const frames = movingColors(3, 5, 7);

  it('keeps every byte of the frame asked for', async () => {
    const { png, width, height } = await encodePng(frames, { index: 2 });
    expect([width, height]).toEqual([7, 5]);
    const back = await pixels(png);
    expect(back.channels).toBe(3);
    expect(back.data).toEqual(frames.data.slice(2 * 105));
  });

  it('enlarges with hard edges', async () => {
    const back = await pixels((await encodePng(frames, { scale: 3 })).png);
    expect([back.width, back.height]).toEqual([21, 15]);
    expect(pixel({ ...back, count: 1 }, 8, 7)).toEqual(pixel(frames, 2, 2));
  });

  it('refuses what it can’t draw', async () => {
    await expect(encodePng(frames, { index: 3 })).rejects.toThrow('frame 3 of 3');
    await expect(encodePng(frames, { scale: 0.5 })).rejects.toThrow('scale 0.5');
    await expect(encodePng({ ...frames, width: 8 })).rejects.toThrow(/hold 315 bytes.*asks for 360/);
  });
});

describe('contactSheet', () => {
  it('sets rows beside their labels and draws the labels without any font', async () => {
    const frames = movingColors(2, 16, 16);
    const sheet = await contactSheet({
      rows: [
        { label: 'truth', frames },
        { label: 'é', frames: { ...frames, count: 1, data: frames.data.subarray(0, 768) } },
      ],
      columns: ['+1', '+2'],
    });
    const back = { ...(await pixels(sheet.png)), count: 1 };
    expect([sheet.width, sheet.height]).toEqual([back.width, back.height]);
    const left = 12 + 5 * 8 + 12;
    const top = 12 + 17 + 6;
    expect(pixel(back, left + 3, top + 4)).toEqual(pixel(frames, 3, 4));
    expect(pixel(back, left + 22 + 3, top + 22 + 4)).toEqual([250, 250, 248]); // the second row has one frame
    const dark = (x0: number, x1: number, y0: number, y1: number) => {
      let count = 0;
      for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) count += (pixel(back, x, y)[0] ?? 255) < 128 ? 1 : 0;
      return count;
    };
    expect(dark(12, 52, top, top + 16)).toBeGreaterThan(30);
    expect(dark(left, left + 16, 8, 30)).toBeGreaterThan(5);
  });

  it('refuses rows of several sizes, and none', () => {
    expect(() => contactSheet({ rows: [] })).toThrow(/at least one row/);
    const rows = [8, 9].map((side) => ({ label: `s${side}`, frames: movingColors(1, side, side) }));
    expect(() => contactSheet({ rows })).toThrow(/row "s9" has frames of 9 × 9/);
  });
});

it('differenceFrames is the amplified distance', () => {
  const frame = (...data: number[]) => ({ data: Uint8Array.from(data), count: 1, height: 1, width: 1 });
  expect([...differenceFrames(frame(10, 20, 255), frame(13, 10, 0)).data]).toEqual([12, 40, 255]);
  expect([...differenceFrames(frame(10, 20, 30), frame(13, 10, 30), { gain: 1 }).data]).toEqual([3, 10, 0]);
  expect(() => differenceFrames(frame(1, 2, 3), movingColors(1, 2, 2))).toThrow(/expected the same shape/);
});

describe('sideBySide', () => {
  it('keeps films in step; the shorter one holds its last frame', () => {
    const [long, short] = [movingColors(3, 8, 10), movingColors(2, 8, 6)];
    const both = sideBySide([{ frames: long }, { frames: short }], { gap: 2 });
    expect([both.count, both.height, both.width]).toEqual([3, 8, 18]);
    const last = { ...both, data: both.data.subarray(2 * 8 * 18 * 3) };
    expect(pixel(last, 4, 5)).toEqual(pixel({ ...long, data: long.data.subarray(2 * 240) }, 4, 5));
    expect(pixel(last, 12 + 4, 5)).toEqual(pixel({ ...short, data: short.data.subarray(144) }, 4, 5));
  });

  it('makes room for labels, enlarges before them', () => {
    const frames = movingColors(1, 8, 8);
    const both = sideBySide([{ label: 'truth', frames }], { scale: 4 });
    expect([both.height, both.width]).toEqual([19 + 32, 32]);
    expect(pixel(both, 9, 19 + 6)).toEqual(pixel(frames, 2, 1));
    expect(() => sideBySide([])).toThrow(/no films/);
    expect(() => sideBySide([{ frames }, { label: 'tall', frames: movingColors(1, 9, 8) }])).toThrow(/film 2 \("tall"\) is 9/);
  });
});

describe('encodeFilm', () => {
  it('makes an MP4 with every frame in it, close to what went in', async () => {
    const frames = movingColors(40, 35, 51); // odd sides, more than one key frame
    const film = await encodeFilm(frames, { fps: 30, scale: 2, quantizer: 10 });
    expect(film).toMatchObject({ width: 102, height: 70, fps: 30, frameCount: 40 });
    expect(Buffer.from(film.mp4.subarray(4, 8)).toString()).toBe('ftyp');
    expect(await pixels(film.poster)).toMatchObject({ width: 102, height: 70 });
    const decoded = await decode(film.mp4);
    expect(decoded).toHaveLength(40);
    for (const t of [0, 39]) {
      const rgba = decoded[t] ?? new Uint8Array(0);
      let error = 0;
      for (let y = 0; y < 70; y++) {
        for (let x = 0; x < 102; x++) {
          for (let c = 0; c < 3; c++) {
            const want = frames.data[((t * 35 + (y >> 1)) * 51 + (x >> 1)) * 3 + c] ?? 0;
            error += (want - (rgba[(y * 102 + x) * 4 + c] ?? 0)) ** 2;
          }
        }
      }
      expect(error / (70 * 102 * 3)).toBeLessThan(40);
    }
  });

  it('refuses senseless settings', async () => {
    const frames = movingColors(1, 8, 8);
    for (const options of [{ fps: 0 }, { fps: 30, scale: 1.5 }, { fps: 30, quantizer: 52 }]) {
      await expect(encodeFilm(frames, options)).rejects.toThrow(/expected fps above 0/);
    }
    await expect(encodeFilm({ ...frames, count: 0, data: new Uint8Array(0) }, { fps: 30 })).rejects.toThrow(/empty/);
  });
});

async function decode(mp4: Uint8Array): Promise<Uint8Array[]> {
  const failures: unknown[] = [];
  const copies: Promise<Uint8Array>[] = [];
  const decoder = new VideoDecoder({
    output(frame) {
      const rgba = new Uint8Array(frame.allocationSize({ format: 'RGBA' }));
      copies.push(
        frame.copyTo(rgba, { format: 'RGBA' }).then(() => {
          frame.close();
          return rgba;
        }),
      );
    },
    error: (error) => failures.push(error),
  });
  const demuxer = new Mp4Demuxer({ error: (error) => failures.push(error) });
  await demuxer.loadBuffer(mp4);
  const config = demuxer.videoDecoderConfig;
  if (config === null) throw new Error('the film has no video track');
  decoder.configure(config);
  for await (const { videoChunk } of demuxer) if (videoChunk) decoder.decode(videoChunk);
  await decoder.flush();
  decoder.close();
  demuxer.close();
  expect(failures).toEqual([]);
  return Promise.all(copies);
}
