// Plain reading into memory in a process of its own: every byte of the files into buffers that are new to it, by one
// thread. Prints the milliseconds.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const BUFFER_BYTES = 64 << 20;

const kept: Buffer[] = [];
const start = performance.now();
for (const path of process.argv.slice(2)) {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  for (let done = 0; done < size; done += BUFFER_BYTES) {
    const buffer = Buffer.allocUnsafeSlow(Math.min(BUFFER_BYTES, size - done));
    for (let filled = 0; filled < buffer.length;) {
      const count = readSync(file, buffer, filled, buffer.length - filled, null);
      if (count === 0) throw new Error(`${path} ends early`);
      filled += count;
    }
    kept.push(buffer);
  }
  closeSync(file);
}
process.stdout.write(`${JSON.stringify([performance.now() - start])}\n`);
