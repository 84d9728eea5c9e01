import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../tiny-model.test.fixture.ts';
import { decodeEvent } from './event-message.ts';
import { createTensorBoardLog } from './tensorboard-log.ts';
import { maskedCrc32c, tfRecord } from './tf-record.ts';

/** Records of a TFRecord file, whose checksums must be right. */
function records(file: Buffer): Uint8Array[] {
  const found = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(maskedCrc32c(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(data));
    found.push(data);
    at += 16 + length;
  }
  return found;
}

test('checksums are CRC-32C, masked', () => {
  // RFC 3720, B.4: 32 bytes of zeros have CRC-32C 0x8a9136aa.
  const crc = 0x8a9136aa;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  expect(maskedCrc32c(new Uint8Array(32))).toBe(masked);
});

test('an empty record, byte by byte', () => {
  // As tf.io.TFRecordWriter writes b''.
  expect(Buffer.from(tfRecord(new Uint8Array(0))).toString('hex')).toBe('000000000000000029039807d8ea82a2');
});

test('event files hold the version, the start of the session, and scalars', async () => {
  const folder = join(await temporaryFolder(), 'tensorboard');
  const log = createTensorBoardLog(folder, { now: () => 1_700_000_000_500 });
  await log.start({ step: 4, steps: 10 });
  await log.train(5, { loss: 0.5, rate: 1e-3 });
  await log.evaluation(5, { loss: 0.25 });
  await log.flush();
  await log.close();
  await log.start({ step: 5, steps: 10 }); // another session: another file
  await log.close();
  const files = (await readdir(folder)).sort();
  expect(files).toHaveLength(2);
  expect(files[0]).toMatch(`events.out.tfevents.1700000000.${hostname()}.${process.pid}.`);
  const events = records(await readFile(join(folder, files[0] ?? ''))).map(decodeEvent);
  const wallTime = 1_700_000_000.5;
  expect(events).toEqual([
    { wallTime, fileVersion: 'brain.Event:2' },
    { wallTime, step: 5, sessionLog: { status: 1 } },
    {
      wallTime,
      step: 5,
      summary: {
        value: [
          { tag: 'train/loss', simpleValue: 0.5 },
          { tag: 'train/rate', simpleValue: Math.fround(1e-3) },
        ],
      },
    },
    { wallTime, step: 5, summary: { value: [{ tag: 'validation/loss', simpleValue: 0.25 }] } },
  ]);
});
