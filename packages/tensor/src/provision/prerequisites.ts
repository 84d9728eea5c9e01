import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EngineError } from './engine-error.ts';
import { runCommand } from './run-command.ts';

/** The first pip that knows wheels tagged manylinux_x_y. */
const OLDEST_PIP = [20, 3] as const;

/** What the prerequisites are called by each package manager. */
const INSTALLERS = [
  {
    program: 'apt-get',
    command: 'apt-get install -y',
    python: 'python3',
    pip: 'python3-pip',
    compiler: 'g++',
  },
  { program: 'dnf', command: 'dnf install -y', python: 'python3', pip: 'python3-pip', compiler: 'gcc-c++' },
  {
    program: 'zypper',
    command: 'zypper install -y',
    python: 'python3',
    pip: 'python3-pip',
    compiler: 'gcc-c++',
  },
  {
    program: 'pacman',
    command: 'pacman -S --noconfirm',
    python: 'python',
    pip: 'python-pip',
    compiler: 'gcc',
  },
] as const;

type Prerequisite = 'python' | 'pip' | 'compiler';

const NAMES: Readonly<Record<Prerequisite, string>> = {
  python: 'Python 3 (python3)',
  pip: 'pip (python3 -m pip)',
  compiler: 'a C++17 compiler (c++ or g++, or set CXX)',
};

/** The programs that provisioning runs, found and tried. */
export interface Prerequisites {
  readonly python: string;
  /** The compiler's program and the arguments that CXX gives it, such as `ccache g++`. */
  readonly compiler: readonly [string, ...string[]];
}

/**
 * Looks for Python, pip and a C++ compiler.
 * @throws EngineError MISSING_PREREQUISITE, one line that names all that is missing and the command that installs it
 */
export async function findPrerequisites(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Prerequisites> {
  const python = 'python3';
  const missing: Prerequisite[] = [];
  const compiler = await findCompiler(environment);
  if (compiler === undefined) missing.push('compiler');
  if ((await runCommand(python, ['--version'], { environment })).status !== 0) missing.push('python', 'pip');
  else {
    const pip = await runCommand(python, ['-m', 'pip', '--version'], { environment });
    if (pip.status !== 0) missing.push('pip');
    else requireRecentPip(pip.output);
  }
  if (compiler === undefined || missing.length > 0) {
    const names = missing.map((name) => NAMES[name]).join(' and ');
    throw new EngineError('MISSING_PREREQUISITE', `Missing: ${names}. ${installHint(missing, environment)}`);
  }
  return { python, compiler };
}

async function findCompiler(environment: NodeJS.ProcessEnv): Promise<[string, ...string[]] | undefined> {
  const wanted = environment['CXX']?.trim() ?? '';
  const candidates = wanted === '' ? ['c++', 'g++', 'clang++'] : [wanted];
  for (const candidate of candidates) {
    const [program = candidate, ...args] = candidate.split(/\s+/);
    if ((await runCommand(program, [...args, '--version'], { environment })).status === 0)
      return [program, ...args];
  }
  return undefined;
}

function requireRecentPip(output: string): void {
  const [, major = '0', minor = '0'] = /^pip (\d+)\.(\d+)/m.exec(output) ?? [];
  const recent = Number(major) * 1000 + Number(minor) >= OLDEST_PIP[0] * 1000 + OLDEST_PIP[1];
  if (recent) return;
  throw new EngineError(
    'MISSING_PREREQUISITE',
    `pip ${major}.${minor} is too old (${OLDEST_PIP.join('.')} or later is needed). Update it: python3 -m pip install --upgrade pip`,
  );
}

function installHint(missing: readonly Prerequisite[], environment: NodeJS.ProcessEnv): string {
  const folders = (environment['PATH'] ?? '').split(delimiter);
  const installer = INSTALLERS.find(({ program }) =>
    folders.some((folder) => existsSync(join(folder, program))),
  );
  if (installer === undefined)
    return "Install it with this system's package manager and run the command again.";
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  return `Install: ${sudo}${installer.command} ${missing.map((name) => installer[name]).join(' ')}`;
}
