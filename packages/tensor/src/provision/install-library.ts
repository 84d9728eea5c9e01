import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { downloadWheels } from './download-wheels.ts';
import { EngineError } from './engine-error.ts';
import type { EngineFlavour, ProvisionProgress } from './engine-install.ts';
import {
  hasSize,
  MANIFEST_NAME,
  readManifest,
  type FileRecord,
  type LibraryManifest,
} from './library-manifest.ts';
import { unpackWheel } from './unpack-wheel.ts';
import { REQUIRED_FILES, WHEEL_CONTENTS } from './wheel-contents.ts';
import { TENSORFLOW_VERSION, type WheelSet } from './wheels.ts';

/** The library's folder inside the cache; its name changes with the wheels and with what is taken out of them. */
export function libraryFolder(
  cache: string,
  platform: string,
  flavour: EngineFlavour,
  set: WheelSet,
): string {
  const content = JSON.stringify([set.wheels, WHEEL_CONTENTS]);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return join(cache, 'libraries', `tensorflow-${TENSORFLOW_VERSION}-${platform}-${flavour}-${hash}`);
}

export interface InstallLibraryOptions {
  readonly folder: string;
  readonly set: WheelSet;
  readonly python: string;
  readonly scratch: string;
  readonly onProgress: (progress: ProvisionProgress) => void;
}

/** Puts TensorFlow's libraries and C headers into the cache, where they aren't there whole. */
export async function installLibrary({
  folder,
  set,
  python,
  scratch,
  onProgress,
}: InstallLibraryOptions): Promise<void> {
  if (isWhole(folder)) return;
  await rm(folder, { recursive: true, force: true });
  const names = set.wheels.map(({ requirement }) => requirement).join(', ');

  onProgress({ step: 'download', message: `downloading ${names} with pip`, bytes: 0, totalBytes: set.bytes });
  let most = 0;
  const onBytes = (bytes: number): void => {
    // For a moment pip holds a wheel twice.
    most = Math.min(Math.max(most, bytes), set.bytes);
    onProgress({ step: 'download', message: 'downloading TensorFlow', bytes: most, totalBytes: set.bytes });
  };
  const wheels = await downloadWheels({ set, python, scratch, onBytes });

  const into = join(scratch, 'library');
  await mkdir(into);
  const files: FileRecord[] = [];
  for (const wheel of wheels) {
    onProgress({ step: 'unpack', message: `unpacking ${basename(wheel)}` });
    files.push(...(await unpackWheel({ wheel, into, contents: WHEEL_CONTENTS })));
    await rm(wheel);
  }
  const absent = REQUIRED_FILES.filter((path) => !files.some((file) => file.path === path));
  if (absent.length > 0) {
    throw new EngineError(
      'WHEEL_CONTENT',
      `The wheels ${names} hold no ${absent.join(', ')}; was their layout changed?`,
    );
  }
  await writeFile(join(into, MANIFEST_NAME), JSON.stringify({ files } satisfies LibraryManifest), {
    flush: true,
  });
  await mkdir(dirname(folder), { recursive: true });
  await rename(into, folder);
}

function isWhole(folder: string): boolean {
  if (!existsSync(join(folder, MANIFEST_NAME))) return false;
  return readManifest(folder).files.every((file) => hasSize(folder, file));
}
