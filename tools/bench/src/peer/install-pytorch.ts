import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from '@borealis/tensor';
import { BenchError } from '../bench-error.ts';

const REQUIREMENTS = fileURLToPath(new URL('../../peer/pytorch/requirements.txt', import.meta.url));

/** A Python that can import PyTorch. */
export interface PyTorch {
  readonly python: string;
  /** Folder for PYTHONPATH; undefined where that Python has PyTorch itself. */
  readonly packages: string | undefined;
}

export interface InstallPyTorchOptions {
  /** Default: the process's. `BOREALIS_PYTORCH` names a Python that has PyTorch, numpy and safetensors: it is used as it is. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly onNotice: (message: string) => void;
}

/**
 * PyTorch at the pinned version, out of the cache; the first call installs it there with pip, for this Python. It is
 * installed into a folder of its own and renamed into place, so it is there whole or not at all.
 *
 * @throws BenchError `python-missing`, `peer-install`
 */
export async function installPyTorch({
  environment = process.env,
  onNotice,
}: InstallPyTorchOptions): Promise<PyTorch> {
  const own = environment['BOREALIS_PYTORCH'] ?? '';
  if (own !== '') return { python: own, packages: undefined };

  const python = 'python3';
  const requirements = await readFile(REQUIREMENTS, 'utf8');
  const key = createHash('sha256')
    .update(`${await pythonTag(python)} ${requirements}`)
    .digest('hex')
    .slice(0, 12);
  const cache = cacheDirectory(environment);
  const packages = join(cache, 'peers', `pytorch-${key}`);
  if (existsSync(packages)) return { python, packages };

  const names = requirements.trim().split('\n').join(', ');
  onNotice(
    `Installing PyTorch, to measure against, into ${packages} (${names}): a download of some 3 GB where the ` +
      'package index offers only the CUDA build, once. BOREALIS_PYTORCH=<python> uses a Python that has it instead.',
  );
  await mkdir(join(cache, 'tmp'), { recursive: true });
  await mkdir(join(cache, 'peers'), { recursive: true });
  const scratch = await mkdtemp(join(cache, 'tmp', 'pytorch-'));
  try {
    await pipInstall(python, join(scratch, 'packages'));
    await rename(join(scratch, 'packages'), packages).catch((error: unknown) => {
      if (!existsSync(packages)) throw error; // else another process was quicker
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { python, packages };
}

/** What wheels depend on: implementation, version and platform. */
async function pythonTag(python: string): Promise<string> {
  const program = 'import sys, sysconfig; print(sys.implementation.cache_tag, sysconfig.get_platform())';
  const child = spawn(python, ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const status = await statusOf(child);
  if (status === 0) return output.trim();
  throw new BenchError(
    'python-missing',
    `${python} was not found or does not run: PyTorch needs Python 3 with pip, or set BOREALIS_PYTORCH to a Python that has PyTorch`,
  );
}

async function pipInstall(python: string, target: string): Promise<void> {
  const args = [
    '-m',
    'pip',
    'install',
    '--target',
    target,
    '--only-binary=:all:',
    '--requirement',
    REQUIREMENTS,
  ];
  args.push('--disable-pip-version-check', '--no-input');
  // pip's progress goes to standard error: standard output is for results.
  const status = await statusOf(spawn(python, args, { stdio: ['ignore', 2, 2] }));
  if (status === 0) return;
  throw new BenchError(
    'peer-install',
    `pip could not install PyTorch (exit status ${status ?? 'none'}); its messages are above`,
  );
}

/** Undefined where a signal ended it, or it could not be started. */
async function statusOf(child: ReturnType<typeof spawn>): Promise<number | undefined> {
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    return status ?? undefined;
  } catch {
    return undefined;
  }
}
