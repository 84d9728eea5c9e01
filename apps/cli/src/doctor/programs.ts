import { execFile } from 'node:child_process';
import { promisify, stripVTControlCharacters } from 'node:util';

/** What each program is there for, and how it tells its version. */
const PROGRAMS = {
  python: ['python3', '--version'],
  pip: ['python3', '-m', 'pip', '--version'],
  compiler: ['c++', '--version'],
  java: ['java', '-version'],
  maven: ['mvn', '--version'],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export type Program = keyof typeof PROGRAMS;

/** The first line each program says of its version, or null where it isn't there. */
export async function programVersions(): Promise<Record<Program, string | null>> {
  const entries = Object.entries(PROGRAMS).map(
    async ([name, [program, ...args]]) => [name, await firstLine(program, args)] as const,
  );
  return Object.fromEntries(await Promise.all(entries)) as Record<Program, string | null>;
}

async function firstLine(program: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: 20_000 });
    const line = stripVTControlCharacters(`${stdout}\n${stderr}`)
      .split('\n')
      .find((text) => text.trim() !== '');
    // pip tells its folder, which is of no interest.
    return line?.replace(/ from .*/, '').trim() ?? null;
  } catch {
    return null;
  }
}
