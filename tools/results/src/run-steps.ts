import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine } from './step.ts';
import type { Step } from './step.ts';

export interface RunStepsOptions {
  /** Where everything goes that steps make; their arguments are relative to it. */
  readonly work: string;
  /** Runs a command in `work`; its standard output. Throws where it fails. */
  readonly run: (step: Step, args: readonly string[]) => Promise<string>;
  readonly tell: (message: string) => void;
}

/** Runs what hasn't been done yet, in order. A step whose command has changed runs again. */
export async function runSteps(steps: readonly Step[], { work, run, tell }: RunStepsOptions): Promise<void> {
  await mkdir(join(work, 'done'), { recursive: true });
  for (const [i, step] of steps.entries()) {
    const mark = join(work, 'done', step.name);
    const line = commandLine(step);
    const place = `${i + 1} of ${steps.length}, ${step.name}`;
    if ((await contentOf(mark)) === line) {
      tell(`${place}: done before`);
      continue;
    }
    tell(`${place}: ${line}`);
    const began = step.run !== undefined && existsSync(join(work, step.run, 'config.json'));
    const output = await run(step, began ? [...step.args, '--resume'] : step.args);
    if (step.document !== undefined)
      await writeFile(join(work, step.document.file), documentOf(step, step.document.title, output));
    await writeFile(mark, line);
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
