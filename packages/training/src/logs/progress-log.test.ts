import { expect, test } from 'vitest';
import { createProgressLog } from './progress-log.ts';

/** A log on a made stream and clock, in milliseconds. */
function progress(stream: { readonly isTTY: boolean; readonly columns?: number }) {
  const written: string[] = [];
  const clock = { time: 0 };
  const write = (text: string) => written.push(text);
  const log = createProgressLog({ stream: { ...stream, write }, now: () => clock.time });
  return { log, written, clock };
}

test('off a terminal: a plain line about every 10 seconds, and the last step', () => {
  const { log, written, clock } = progress({ isTTY: false });
  void log.start({ step: 0, steps: 100 });
  for (let step = 1; step <= 50; step++) {
    clock.time += 500;
    void log.train(step, { loss: 8 - step / 100 });
    if (step === 30) void log.evaluation(step, { loss: 7.5 });
  }
  void log.close();
  expect(written).toEqual([
    'step 20/100  20 %  2.0 steps/s  40 s left  loss 7.800\n',
    'step 40/100  40 %  2.0 steps/s  30 s left  loss 7.600  val 7.500\n',
    'step 50/100  50 %  2.0 steps/s  25 s left  loss 7.500  val 7.500\n',
  ]);
});

test('on a terminal: one line, rewritten, no wider than the terminal, ended at the end', () => {
  const { log, written, clock } = progress({ isTTY: true, columns: 30 });
  void log.start({ step: 10, steps: 1000 });
  for (const step of [11, 12]) {
    clock.time += 5000;
    void log.train(step, { loss: 1 });
  }
  void log.close();
  expect(written).toEqual([
    '\r\x1b[2Kstep 11/1000  1 %  5.0 s/step',
    '\r\x1b[2Kstep 12/1000  1 %  5.0 s/step',
    '\n',
  ]);
});

test('nothing to do, nothing written', () => {
  const { log, written } = progress({ isTTY: false });
  void log.start({ step: 100, steps: 100 });
  void log.close();
  expect(written).toEqual([]);
});
