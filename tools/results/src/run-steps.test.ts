import { existsSync } from 'node:fs';
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

test('what has been done is left alone; what has changed runs again, and what reads its result', async () => {
  const { work, ran, options } = await rehearsal();
  const steps = (changed: string): Step[] => [
    { ...step('a', changed), makes: 'a' },
    { ...step('b', 'a/part'), adds: 'a/part' },
    { ...step('c', 'a/part/latents'), makes: 'c' },
    step('d', 'c'),
    step('e', 'another'),
  ];
  await runSteps(steps('1'), options);
  await mkdir(join(work, 'a'));
  ran.length = 0;
  await runSteps(steps('1'), options);
  expect(ran).toEqual([]);
  await runSteps(steps('2'), options);
  expect(ran).toEqual(['a 2', 'b a/part', 'c a/part/latents', 'd c']);
  expect(existsSync(join(work, 'a'))).toBe(false); // what it made before
});

test('a step that fails ends it, and runs again the next time', async () => {
  const { ran, options } = await rehearsal();
  await expect(runSteps([step('a', 'fail'), step('b')], options)).rejects.toThrow('it failed');
  await expect(runSteps([step('a', 'fail'), step('b')], options)).rejects.toThrow('it failed');
  expect(ran).toEqual(['a fail', 'a fail']);
});

test('an interrupted training goes on; one of other settings begins anew', async () => {
  const { work, ran, options } = await rehearsal();
  const training = (...args: string[]): Step => ({ ...step('t', ...args), makes: 'runs/a', resumes: true });
  const interrupted = async (_: Step, args: readonly string[]): Promise<string> => {
    ran.push(args.join(' '));
    await mkdir(join(work, 'runs/a'), { recursive: true });
    await writeFile(join(work, 'runs/a/config.json'), '{}');
    throw new Error('interrupted');
  };
  for (const steps of ['5', '5', '6'])
    await expect(runSteps([training(steps)], { ...options, run: interrupted })).rejects.toThrow();
  expect(ran).toEqual(['5', '5 --resume', '6']);
});

test('what is printed becomes a document that tells its command', async () => {
  const { work, options } = await rehearsal();
  await runSteps([{ ...step('a', '{"x":1}'), document: { file: 'a.md', title: 'A' } }], options);
  const text = await readFile(join(work, 'a.md'), 'utf8');
  expect(text).toContain('```sh\nborealis \'{"x":1}\'\n```');
  expect(text).toMatch(/^# A\n[\s\S]*\nprinted\n$/);
});
