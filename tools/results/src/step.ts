import { createHash } from 'node:crypto';

/** What a step runs: a command of this repository, or a Python script of it. */
export type Program = 'borealis' | 'python';

/** A command whose result is kept: what has been done isn't done again. Folders are those of the work's folder. */
export interface Step {
  readonly name: string;
  readonly program: Program;
  readonly args: readonly string[];
  /** The folder that it makes. */
  readonly makes?: string;
  /** The folder that it puts something into. */
  readonly adds?: string;
  /** What it makes is a run: an interrupted training goes on there. */
  readonly resumes?: boolean;
  /** Where what it prints is kept, in a document under this heading. */
  readonly document?: { readonly file: string; readonly title: string };
}

/** The command as a person would type it. */
export function commandLine({ program, args }: Pick<Step, 'program' | 'args'>): string {
  const quoted = args.map((arg) => (/^[\w./,:=-]+$/.test(arg) ? arg : `'${arg}'`));
  return [program, ...quoted].join(' ');
}

/** Those of the earlier steps whose folders a step reads, or a part of them. */
export function readBy(step: Step, earlier: readonly Step[]): Step[] {
  const reads = (folder: string | undefined) =>
    folder !== undefined && step.args.some((arg) => arg === folder || arg.startsWith(`${folder}/`));
  return earlier.filter(({ makes, adds }) => reads(makes) || reads(adds));
}

/** Of each step what decides its result: its command, and the same of what it reads. */
export function recipesOf(steps: readonly Step[]): Map<Step, string> {
  const recipes = new Map<Step, string>();
  for (const [i, step] of steps.entries()) {
    const inputs = readBy(step, steps.slice(0, i)).map((input) => recipes.get(input) ?? '');
    const hash = createHash('sha256').update(JSON.stringify([commandLine(step), inputs]));
    recipes.set(step, hash.digest('hex'));
  }
  return recipes;
}
