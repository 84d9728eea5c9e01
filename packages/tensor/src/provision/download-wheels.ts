import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from './engine-error.ts';
import { lastLines, runCommand } from './run-command.ts';
import { WHEEL_PYTHON, type WheelSet } from './wheels.ts';

const PROGRESS_MS = 1_000;

export interface DownloadOptions {
  readonly set: WheelSet;
  readonly python: string;
  /** An empty folder of this process. */
  readonly scratch: string;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Fetches pinned wheels with pip, which checks their hashes and honours the user's index and proxy settings.
 * @returns the paths of the wheels
 */
export async function downloadWheels({ set, python, scratch, onBytes }: DownloadOptions): Promise<string[]> {
  const folder = join(scratch, 'wheels');
  const temporary = join(scratch, 'pip');
  await mkdir(folder);
  await mkdir(temporary);
  const requirements = join(scratch, 'requirements.txt');
  await writeFile(requirements, requirementLines(set));

  // pip streams into TMPDIR: the size of that folder is the progress.
  const timer = setInterval(() => {
    void folderBytes(temporary).then(onBytes);
  }, PROGRESS_MS);
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--require-hashes'];
  args.push('--disable-pip-version-check', '--no-input', '--progress-bar', 'off');
  args.push('--python-version', WHEEL_PYTHON, '--implementation', 'cp');
  for (const platform of set.platforms) args.push('--platform', platform);
  args.push('-d', folder, '-r', requirements);
  const { status, output } = await runCommand(python, args, {
    environment: { ...process.env, TMPDIR: temporary, LC_ALL: 'C.UTF-8' },
  }).finally(() => {
    clearInterval(timer);
  });

  const wheels = (await readdir(folder)).filter((name) => name.endsWith('.whl')).sort();
  if (status !== 0 || wheels.length !== set.wheels.length) {
    const names = set.wheels.map(({ requirement }) => requirement).join(', ');
    throw new EngineError(
      'DOWNLOAD_FAILED',
      `pip could not download ${names}. Check the network, or pip's index and proxy settings; pip said:\n${lastLines(output, 5)}`,
      { output },
    );
  }
  return wheels.map((name) => join(folder, name));
}

export function requirementLines(set: WheelSet): string {
  return set.wheels.map(({ requirement, sha256 }) => `${requirement} --hash=sha256:${sha256}\n`).join('');
}

/** Bytes of all files below a folder that is being written to. */
async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}
