import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The reference vectors at the root of the repository. */
export const GOLDENS = new URL('../../../tests/goldens/', import.meta.url);

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-safetensors-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A file made by hand, so that it may break any rule. */
export function rawBytes(header: string | Uint8Array, dataLength = 0, claimedLength?: bigint): Uint8Array {
  const json = typeof header === 'string' ? Buffer.from(header) : header;
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(claimedLength ?? BigInt(json.byteLength));
  return Buffer.concat([prefix, json, Buffer.alloc(dataLength)]);
}

export async function rawFile(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'raw.safetensors');
  await writeFile(path, bytes);
  return path;
}
