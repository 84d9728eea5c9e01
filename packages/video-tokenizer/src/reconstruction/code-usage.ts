import { levelsOfCodes } from '../fsq/code-levels.ts';
import { codeCount } from '../fsq/fsq-levels.ts';

/** How codes are used. Entropies in nats, of the codes seen. */
export interface CodeUsage {
  readonly codes: number;
  readonly distinctCodes: number;
  readonly entropy: number;
  /** Of each coefficient's level indices. */
  readonly levelEntropies: readonly number[];
}

/** Counts codes. */
export function createCodeUsage(levels: readonly number[]): {
  add(codes: Int32Array): void;
  result(): CodeUsage;
} {
  const counts = new Uint32Array(codeCount(levels));
  return {
    add(codes) {
      for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
    },
    result() {
      const used = [...counts.entries()].filter(([, count]) => count > 0);
      const byLevel = levels.map((level) => new Float64Array(level));
      const indices = levelsOfCodes(
        used.map(([code]) => code),
        levels,
      );
      for (const [row, [, count]] of used.entries()) {
        for (const [j, sums] of byLevel.entries()) {
          const index = indices[row * levels.length + j] ?? 0;
          sums[index] = (sums[index] ?? 0) + count;
        }
      }
      return {
        codes: used.reduce((sum, [, count]) => sum + count, 0),
        distinctCodes: used.length,
        entropy: entropyOf(used.map(([, count]) => count)),
        levelEntropies: byLevel.map((sums) => entropyOf([...sums])),
      };
    },
  };
}

function entropyOf(counts: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.reduce((sum, n) => (n === 0 ? sum : sum - (n / total) * Math.log(n / total)), 0);
}
