import type { FeatureMoments } from '@borealis/perceptual';
import { createFeatureMoments, frechetDistance } from '@borealis/perceptual';
import type { Golden } from './golden.ts';
import { numbersOf } from './golden.ts';
import type { Produced } from './verifier.ts';

/** `frechet`: moments of feature sets and their Fréchet distance, of @borealis/perceptual. */
export function* verifyFrechet(golden: Golden): Iterable<Produced> {
  for (const input of golden.names('inputs.').filter((name) => name.endsWith('.a'))) {
    const name = input.slice(0, -'.a'.length);
    const sets = { a: momentsOf(golden, `inputs.${name}.a`), b: momentsOf(golden, `inputs.${name}.b`) };
    for (const [set, { samples, mean, products }] of Object.entries(sets)) {
      const width = mean.length;
      const covariance = products.map((product) => product / (samples - 1));
      yield { name: `outputs.${name}.mu_${set}`, shape: [width], values: mean };
      yield { name: `outputs.${name}.sigma_${set}`, shape: [width, width], values: covariance };
    }
    const { distance, meanTerm, traceRoot } = frechetDistance(sets.a, sets.b);
    for (const [output, value] of Object.entries({ distance, mean_term: meanTerm, trace_root: traceRoot }))
      yield { name: `outputs.${name}.${output}`, shape: [], values: [value] };
  }
}

function momentsOf(golden: Golden, name: string): FeatureMoments {
  const stored = golden.tensor(name);
  const [, width = 0] = stored.shape;
  const moments = createFeatureMoments(width);
  moments.add({ values: numbersOf(stored), width });
  return moments.state();
}
