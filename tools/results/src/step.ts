/** What a step runs: a command of this repository, or a Python script of it. */
export type Program = 'borealis' | 'python';

/** A command whose result is kept: what has been done isn't done again. */
export interface Step {
  readonly name: string;
  readonly program: Program;
  readonly args: readonly string[];
  /** A run folder: an interrupted training goes on there. */
  readonly run?: string;
  /** Where what it prints is kept, in a document under this heading. */
  readonly document?: { readonly file: string; readonly title: string };
}

/** The command as a person would type it. */
export function commandLine({ program, args }: Pick<Step, 'program' | 'args'>): string {
  const quoted = args.map((arg) => (/^[\w./,:=-]+$/.test(arg) ? arg : `'${arg}'`));
  return [program, ...quoted].join(' ');
}
