import { fileURLToPath } from 'node:url';
import { openDataset } from '@borealis/dataset';
import { describe, expect, it } from 'vitest';
import { baselineFrames } from './baseline-frames.ts';
import { targetOf, WINDOW_FRAMES } from './frame-candidate.ts';
import { scoreFrames } from './score-frames.ts';
import { frameDifference, summariseFrames } from './summarise-frames.ts';

const EVE_SIM = fileURLToPath(new URL('../../../../tests/sample-data/eve-sim/', import.meta.url));

describe('scoreFrames', () => {
  it('scores baselines and the truth itself on the sample data', async () => {
    const validation = await openDataset(`${EVE_SIM}val`);
    const training = await openDataset(`${EVE_SIM}train`);
    const windows = validation.windows({ frames: WINDOW_FRAMES, stride: 500, content: 'frames' });
    const truth = {
      name: 'truth',
      ceiling: true,
      predict: (window: Parameters<typeof targetOf>[0]) => Promise.resolve(targetOf(window)),
    };
    const scores = await scoreFrames({ windows, candidates: [...(await baselineFrames(training)), truth] });
    const [copy, mean, blurred, exact] = scores;
    if (copy === undefined || mean === undefined || blurred === undefined || exact === undefined) {
      throw new Error('a candidate is missing');
    }
    expect(summariseFrames(exact).psnr.mean).toBe(100);
    expect(summariseFrames(exact).ssim.mean).toBeCloseTo(1, 6);
    expect(summariseFrames(copy).psnr.mean).toBeGreaterThan(10);
    expect(frameDifference(blurred, copy).mean).toBeGreaterThan(0);
    expect(frameDifference(exact, mean).excludesZero).toBe(true);
    await validation.close();
    await training.close();
  });
});
