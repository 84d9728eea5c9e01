import { createHash } from 'node:crypto';
import { nameParameters } from '@borealis/training';
import { toPublishedConfig } from '@borealis/video-vae';
import type { LoadedVae } from './published-vae.ts';

/** SHA-256 over everything that decides latents: configuration, parameters, precision, tiles. */
export function encoderHash(
  { config, parameters }: LoadedVae,
  settings: Readonly<Record<string, unknown>>,
): string {
  const hash = createHash('sha256').update(JSON.stringify([toPublishedConfig(config), settings]));
  for (const [name, tensor] of Object.entries(nameParameters(parameters)).toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    const { buffer, byteOffset, byteLength } = tensor.dataSync<'float32'>();
    hash.update(`${name}\0${tensor.shape.join()}\0`).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
