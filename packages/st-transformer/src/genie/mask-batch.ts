import type { Random } from '@borealis/tensor';
import { tf } from '@borealis/tensor';
import type { GenieConfig } from './genie-config.ts';
import { valuesOfDigit } from './genie-config.ts';
import type { GenieBatch } from './genie-loss.ts';

/** What a late-masked batch keeps right of its first later grid, at least; and what of that each grid after it keeps. */
const LEAST_RIGHT = 0.25;
const LEAST_KEPT = 0.9;

/**
 * Training batches as 1xgpt masks them (data.py get_maskgit_collator): some digits are replaced by random ones; then
 * either any grid but the first is masked in part, or only late ones, which have more digits replaced, as errors add
 * up when grids are generated one by one. The share of masked places is drawn anew for each grid, by the cosine schedule.
 *
 * @param codes of each sequence, `[t s]`, in [0, codes)
 */
export function maskBatch(config: GenieConfig, codes: readonly Int32Array[], random: Random): GenieBatch {
  const { timeSteps, places, maxCorruptRate, lateMaskRatio, promptGrids } = config;
  const length = timeSteps * places;
  const labels = new Int32Array(codes.length * length);
  codes.forEach((sequence, i) => {
    labels.set(sequence.subarray(0, length), i * length);
  });
  const late = random.uniform() < lateMaskRatio;
  const first = late ? random.integer(promptGrids, timeSteps - 1) : 1;
  const rates = wrongRates(config, random, { late, first, everywhere: maxCorruptRate * random.uniform() });
  const inputs = labels.map((code, i) => corrupt(config, code, random, rates[gridOf(i)] ?? 0));
  maskSome();
  const shape: [number, number, number] = [codes.length, timeSteps, places];
  return { inputs: tf.tensor(inputs, shape, 'int32'), labels: tf.tensor(labels, shape, 'int32') };

  function gridOf(place: number): number {
    return Math.floor(place / places) % timeSteps;
  }

  /** Drawn again where not a single place was masked. */
  function maskSome(): void {
    let masked = 0;
    while (masked === 0) {
      for (let from = 0; from < inputs.length; from += places) {
        if (gridOf(from) < first) continue;
        const share = Math.cos((Math.PI / 2) * random.uniform());
        for (let i = from; i < from + places; i++) {
          if (random.uniform() >= share) continue;
          inputs[i] = config.codes;
          masked++;
        }
      }
    }
  }
}

/** The chance of a digit to be replaced, for each grid. */
function wrongRates(
  { timeSteps }: GenieConfig,
  random: Random,
  {
    late,
    first,
    everywhere,
  }: { readonly late: boolean; readonly first: number; readonly everywhere: number },
): number[] {
  let right = LEAST_RIGHT + (1 - LEAST_RIGHT) * random.uniform();
  return Array.from({ length: timeSteps }, (_, t) => {
    if (!late || t < first) return everywhere;
    right *= LEAST_KEPT + (1 - LEAST_KEPT) * random.uniform();
    return 1 - (1 - everywhere) * right;
  });
}

/** A code with each of its digits replaced by a random one, at this rate. */
function corrupt(config: GenieConfig, code: number, random: Random, rate: number): number {
  const values = valuesOfDigit(config);
  let [rest, corrupted] = [code, 0];
  for (let i = 0; i < config.digits; i++) {
    const digit = random.uniform() < rate ? random.integer(0, values - 1) : rest % values;
    corrupted += digit * values ** i;
    rest = Math.floor(rest / values);
  }
  return corrupted;
}
