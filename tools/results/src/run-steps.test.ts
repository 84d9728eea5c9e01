import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runSteps } from './run-steps.ts';
import type { Step } from './step.ts';

async function rehearsal() {
  const work = await mkdtemp(join(tmpdir(), 'borealis-results-'));
  onTestFinished(() => rm(work, { recursive: true, force: true }));
  const ran: string[] = [];
  const options = {
    work,
    run: (step: Step, args: readonly string[]) => {
      ran.push([step.name, ...args].join(' '));
      return args.includes('fail') ? Promise.reject(new Error('it failed')) : Promise.resolve('printed\n');
    },
    tell: () => undefined,
  };
  return { work, ran, options };
}

const step = (name: string, ...args: string[]): Step => ({ name, program: 'borealis', args });

test('what has been done is left alone, what has changed runs again', async () => {
  const { ran, options } = await rehearsal();
  await runSteps([step('a', '1'), step('b')], options);
  await runSteps([step('a', '2'), step('b')], options);
  expect(ran).toEqual(['a 1', 'b', 'a 2']);
});

test('a step that fails ends it, and runs again the next time', async () => {
  const { ran, options } = await rehearsal();
  await expect(runSteps([step('a', 'fail'), step('b')], options)).rejects.toThrow('it failed');
  await expect(runSteps([step('a', 'fail'), step('b')], options)).rejects.toThrow('it failed');
  expect(ran).toEqual(['a fail', 'a fail']);
});

test('an interrupted training goes on', async () => {
  const { work, ran, options } = await rehearsal();
  const training = { ...step('train', 'train'), run: 'runs/a' };
  await mkdir(join(work, 'runs/a'), { recursive: true });
  await writeFile(join(work, 'runs/a/config.json'), '{}');
  await runSteps([training], options);
  expect(ran).toEqual(['train train --resume']);
});

test('what is printed becomes a document that tells its command', async () => {
  const { work, options } = await rehearsal();
  await runSteps([{ ...step('a', '{"x":1}'), document: { file: 'a.md', title: 'A' } }], options);
  const text = await readFile(join(work, 'a.md'), 'utf8');
  expect(text).toContain('```sh\nborealis \'{"x":1}\'\n```');
  expect(text).toMatch(/^# A\n[\s\S]*\nprinted\n$/);
});
