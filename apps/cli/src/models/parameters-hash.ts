import { createHash } from 'node:crypto';
import type { Parameters } from '@borealis/training';
import { nameParameters } from '@borealis/training';

/** SHA-256 (hex) over names, shapes and float32 values of a model's parameters. */
export function parametersHash(parameters: Parameters): string {
  const hash = createHash('sha256');
  const named = Object.entries(nameParameters(parameters)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, tensor] of named) {
    const { buffer, byteOffset, byteLength } = tensor.dataSync<'float32'>();
    hash.update(`${name}\0${tensor.shape.join()}\0`).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
