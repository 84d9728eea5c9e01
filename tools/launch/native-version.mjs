// Prints what the native library of this machine is made of; nx takes it into the key of its cache, so that results
// of another TensorFlow, another addon, another processor, or without an engine are not taken for this one's. Works
// with nothing installed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory, ROOT } from './places.mjs';

const provision = readFileSync(join(ROOT, 'packages/tensor/src/provision/wheels.ts'), 'utf8');
const version = /TENSORFLOW_VERSION = '([^']+)'/.exec(provision)?.[1];
if (version === undefined)
  throw new Error('packages/tensor/src/provision/wheels.ts names no TENSORFLOW_VERSION');

const hash = createHash('sha256')
  .update(provision)
  .update(cpus()[0]?.model ?? '');
const native = join(ROOT, 'packages/tensor/native');
const sources = readdirSync(native, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(cc|h)$/.test(name),
);
for (const name of sources.sort()) hash.update(`\0${name}\0`).update(readFileSync(join(native, name)));
const flavour = existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidia0') ? 'cuda' : 'cpu';
const installed = existsSync(join(cacheDirectory(), 'engines')) ? 'installed' : 'none';
console.log(
  `tensorflow-${version}-${process.platform}-${process.arch}-${flavour}-${installed}-${hash.digest('hex').slice(0, 16)}`,
);
