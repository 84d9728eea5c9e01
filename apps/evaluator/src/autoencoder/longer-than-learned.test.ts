import { expect, test } from 'vitest';
import { longerThanLearned } from './longer-than-learned.ts';

test('windows longer than any clip of the training are told, where that is known', () => {
  expect(longerThanLearned({ learnedFrames: 33 }, 77)).toMatch(
    /clips of 33 frames, windows have 77.*--from DIR/,
  );
  expect(longerThanLearned({ learnedFrames: 33 }, 33)).toBeUndefined();
  expect(longerThanLearned({}, 77)).toBeUndefined();
});
