import { endianness } from 'node:os';
import { CliError } from '../cli-error.ts';

/** An array as NumPy stores it. */
export interface Npy {
  readonly data: Int32Array | Float32Array;
  readonly shape: readonly number[];
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const TYPES = { '<i4': Int32Array, '<f4': Float32Array } as const;
/** NumPy pads headers so that data begin at a multiple of this. */
const ALIGNMENT = 64;

/** The .npy form, version 1.0: row-major, little-endian (numpy.lib.format). */
export function encodeNpy({ data, shape }: Npy): Buffer {
  refuseBigEndian();
  const descr = data instanceof Int32Array ? '<i4' : '<f4';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const unpadded = MAGIC.length + 4 + text.length + 1;
  const header = `${text}${' '.repeat((ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT)}\n`;
  const start = Buffer.concat([MAGIC, Buffer.from([1, 0, header.length & 0xff, header.length >> 8])]);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), bytesOf(data)]);
}

/**
 * @throws CliError `submission` where the bytes are no such array of int32 or float32
 */
export function decodeNpy(bytes: Buffer): Npy {
  refuseBigEndian();
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || bytes.length < 12)
    throw bad('it does not begin as one');
  const [wide, start] = bytes[6] === 1 ? [false, 10] : [true, 12];
  const length = wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const header = bytes.subarray(start, start + length).toString('latin1');
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? '';
  const shapeText = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (!isType(descr)) throw bad(`its type is ${descr || 'not told'}, expected <i4 or <f4`);
  if (!/'fortran_order':\s*False/.test(header)) throw bad('it is not in row-major order');
  if (shapeText === undefined) throw bad(`its header tells no shape: ${header.trim()}`);
  const shape = shapeText.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const count = shape.reduce((product, size) => product * size, 1);
  const body = bytes.subarray(start + length);
  if (body.length !== count * 4) {
    throw bad(`[${shape.join(', ')}] takes ${count * 4} bytes, it has ${body.length}`);
  }
  const aligned = new Uint8Array(body).buffer; // views need a multiple of four
  return { data: new TYPES[descr](aligned), shape };
}

function isType(descr: string): descr is keyof typeof TYPES {
  return Object.hasOwn(TYPES, descr);
}

function bytesOf(data: Int32Array | Float32Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function refuseBigEndian(): void {
  if (endianness() !== 'LE') throw new CliError('submission', 'submissions need a little-endian machine');
}

function bad(problem: string): CliError {
  return new CliError('submission', `this is no .npy array: ${problem}`);
}
