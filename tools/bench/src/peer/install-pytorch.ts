import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from '@borealis/tensor';
import { BenchError } from '../bench-error.ts';
import type { PeerPackage } from '../suites/suite.ts';

/** A Python that can import PyTorch. */
export interface PyTorch {
  readonly python: string;
  /** Folders for PYTHONPATH; undefined where that Python has PyTorch itself. */
  readonly packages: string | undefined;
}

export interface InstallPyTorchOptions {
  /**
   * Default: the process's. `BOREALIS_PYTORCH` names a Python that has PyTorch, numpy and safetensors (and what `also` says):
   * it is used as it is.
   */
  readonly environment?: NodeJS.ProcessEnv;
  /** What the suite needs besides. */
  readonly also?: readonly PeerPackage[];
  readonly onNotice: (message: string) => void;
}

/** What is installed together, out of one file of pinned versions. */
interface Requirements {
  readonly name: string;
  readonly file: string;
  /** Said when it is installed. */
  readonly about: string;
  readonly pipOptions: readonly string[];
}

const PYTORCH: Requirements = {
  name: 'pytorch',
  file: 'requirements.txt',
  about: 'PyTorch, to measure against',
  pipOptions: [],
};

/** Their files name all that they import, so that pip doesn't install PyTorch a second time. */
const BESIDES: Readonly<Record<PeerPackage, Requirements>> = {
  diffusers: {
    name: 'diffusers',
    file: 'requirements-diffusers.txt',
    about: 'diffusers, whose models are measured against',
    pipOptions: ['--no-deps'],
  },
};

/**
 * PyTorch at the pinned version, out of the cache; the first call installs it there with pip, for this Python. What a suite
 * needs besides has a folder of its own.
 *
 * @throws BenchError `python-missing`, `peer-install`
 */
export async function installPyTorch({
  environment = process.env,
  also = [],
  onNotice,
}: InstallPyTorchOptions): Promise<PyTorch> {
  const own = environment['BOREALIS_PYTORCH'] ?? '';
  if (own !== '') return { python: own, packages: undefined };

  const python = 'python3';
  const setting = { python, tag: await pythonTag(python), cache: cacheDirectory(environment), onNotice };
  const folders: string[] = [];
  for (const requirements of [PYTORCH, ...also.map((name) => BESIDES[name])])
    folders.push(await installed(requirements, setting));
  return { python, packages: folders.join(delimiter) };
}

interface InstallSetting {
  readonly python: string;
  readonly tag: string;
  readonly cache: string;
  readonly onNotice: (message: string) => void;
}

/** Its folder. It is installed into another one and renamed into place, so it is there whole or not at all. */
async function installed(
  requirements: Requirements,
  { python, tag, cache, onNotice }: InstallSetting,
): Promise<string> {
  const { name, about } = requirements;
  const file = fileURLToPath(new URL(`../../peer/pytorch/${requirements.file}`, import.meta.url));
  const text = await readFile(file, 'utf8');
  const key = createHash('sha256').update(`${tag} ${text}`).digest('hex').slice(0, 12);
  const packages = join(cache, 'peers', `${name}-${key}`);
  if (existsSync(packages)) return packages;

  const size =
    name === PYTORCH.name
      ? ': a download of some 3 GB where the package index offers only the CUDA build, once. ' +
        'BOREALIS_PYTORCH=<python> uses a Python that has it instead.'
      : '.';
  onNotice(`Installing ${about}, into ${packages} (${text.trim().split('\n').join(', ')})${size}`);
  await mkdir(join(cache, 'tmp'), { recursive: true });
  await mkdir(join(cache, 'peers'), { recursive: true });
  const scratch = await mkdtemp(join(cache, 'tmp', `${name}-`));
  try {
    await pipInstall(python, { target: join(scratch, 'packages'), file, requirements });
    await rename(join(scratch, 'packages'), packages).catch((error: unknown) => {
      if (!existsSync(packages)) throw error; // else another process was quicker
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return packages;
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

async function pipInstall(
  python: string,
  {
    target,
    file,
    requirements,
  }: { readonly target: string; readonly file: string; readonly requirements: Requirements },
): Promise<void> {
  const args = ['-m', 'pip', 'install', '--target', target, '--only-binary=:all:', '--requirement', file];
  args.push(...requirements.pipOptions, '--disable-pip-version-check', '--no-input');
  // pip's progress goes to standard error: standard output is for results.
  const status = await statusOf(spawn(python, args, { stdio: ['ignore', 2, 2] }));
  if (status === 0) return;
  throw new BenchError(
    'peer-install',
    `pip could not install ${requirements.name} (exit status ${status ?? 'none'}); its messages are above`,
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
