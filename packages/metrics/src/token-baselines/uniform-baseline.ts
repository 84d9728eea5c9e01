import { CHALLENGE_CODES } from '../top-k-predictions.ts';
import { predictShared, sharedDistribution } from './shared-distribution.ts';
import type { TokenBaseline } from './token-baseline.ts';

/** Every code equally likely: ln 64,000 = 11.07 nats whatever k is. */
export function uniformBaseline(classes: number = CHALLENGE_CODES): TokenBaseline {
  const distribution = sharedDistribution(new Float64Array(classes).fill(-Math.log(classes)));
  return {
    name: 'uniform',
    classes,
    predict: ({ previous }) => predictShared(distribution, previous.length),
  };
}
