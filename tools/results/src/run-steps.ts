import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine, recipesOf } from './step.ts';
import type { Step } from './step.ts';

export interface RunStepsOptions {
  /** Where everything goes that steps make; their arguments are relative to it. */
  readonly work: string;
  /** Runs a command in `work`; its standard output. Throws where it fails. */
  readonly run: (step: Step, args: readonly string[]) => Promise<string>;
  readonly tell: (message: string) => void;
}

/**
 * Runs what hasn't been done yet, in order. A step runs again where its command has changed, or that of a step whose result
 * it reads; what it made before is removed.
 */
export async function runSteps(steps: readonly Step[], { work, run, tell }: RunStepsOptions): Promise<void> {
  const [done, begun] = [join(work, 'done'), join(work, 'begun')];
  for (const folder of [done, begun]) await mkdir(folder, { recursive: true });
  const recipes = recipesOf(steps);
  for (const [i, step] of steps.entries()) {
    const recipe = recipes.get(step) ?? '';
    const place = `${i + 1} of ${steps.length}, ${step.name}`;
    if ((await contentOf(join(done, step.name))) === recipe) {
      tell(`${place}: done before`);
      continue;
    }
    tell(`${place}: ${commandLine(step)}`);
    const goesOn = step.resumes === true && (await contentOf(join(begun, step.name))) === recipe;
    const resumed = goesOn && existsSync(join(work, step.makes ?? '', 'config.json'));
    if (!resumed && step.makes !== undefined)
      await rm(join(work, step.makes), { recursive: true, force: true });
    await writeFile(join(begun, step.name), recipe);
    const output = await run(step, resumed ? [...step.args, '--resume'] : step.args);
    if (step.document !== undefined)
      await writeFile(join(work, step.document.file), documentOf(step, step.document.title, output));
    await writeFile(join(done, step.name), recipe);
  }
}

function documentOf(step: Step, title: string, output: string): string {
  return [
    `# ${title}`,
    'Made by this command, whose output is below; `npm run results` runs it and what it needs:',
    `\`\`\`sh\n${commandLine(step)}\n\`\`\``,
    `${output.trim()}\n`,
  ].join('\n\n');
}

async function contentOf(path: string): Promise<string | undefined> {
  return existsSync(path) ? readFile(path, 'utf8') : undefined;
}
