import { formatTable } from '@borealis/report';
import type { ForwardFacts, FullSizeResult } from './run-full-size.ts';

/** The table of `borealis bench full-size`. */
export function formatFullSize(result: FullSizeResult): string {
  const { machine, parameterCount, files, bytes, tokens, cat, busyByOthers } = result;
  const gigabytes = (value: number | null) => (value === null ? null : value / 1e9);
  const row = (name: string, { loadingMs, loadedBytes, ...facts }: ForwardFacts, catMs: number) => ({
    cells: {
      ...{ name, loading: loadingMs / 1e3, speed: bytes / 1e6 / loadingMs, toCat: catMs / loadingMs },
      ...{ loaded: gigabytes(loadedBytes), first: facts.firstMs / 1e3, again: facts.againMs / 1e3 },
      peak: gigabytes(facts.peakBytes),
    },
  });
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}`,
    `Wan 2.2 TI2V-5B with robot states: ${parameterCount.toLocaleString('en')} published parameters in bfloat16, ` +
      `${(bytes / 1e9).toFixed(2)} GB in ${files} files; ${tokens.toLocaleString('en')} tokens`,
    ...(busyByOthers > 0.1
      ? [`other programs used ${Math.round(100 * busyByOthers)} % of the cores meanwhile`]
      : []),
    '',
    formatTable(
      [
        { key: 'name', title: 'files' },
        { key: 'loading', title: 'loading', unit: 's', digits: 1 },
        { key: 'speed', title: 'speed', unit: 'GB/s', digits: 2 },
        { key: 'toCat', title: '/ cat’s', digits: 2 },
        { key: 'loaded', title: 'memory then', unit: 'GB', digits: 2 },
        { key: 'first', title: 'first forward', unit: 's', digits: 1 },
        { key: 'again', title: 'second', unit: 's', digits: 1 },
        { key: 'peak', title: 'peak', unit: 'GB', digits: 2 },
      ],
      [row('on disk', result.cold, cat.cold), row('in the cache', result.warm, cat.warm)],
    ),
    '',
    'memory: the process’s own; the first forward compiles, too',
    '',
    'A step of post-training on one window: adapters on every linear layer and robot states, activations recomputed',
    formatTable(
      [
        { key: 'layers', title: 'layers', digits: 0 },
        { key: 'trainable', title: 'numbers that train', unit: 'million', digits: 2 },
        { key: 'held', title: 'memory before', unit: 'GB', digits: 2 },
        { key: 'peak', title: 'peak', unit: 'GB', digits: 2 },
        { key: 'seconds', title: 'second step', unit: 's', digits: 1 },
      ],
      result.postTraining.map(({ layers, trainable, heldBytes, peakBytes, milliseconds }) => ({
        cells: {
          ...{ layers, trainable: trainable / 1e6, held: gigabytes(heldBytes), peak: gigabytes(peakBytes) },
          seconds: milliseconds / 1e3,
        },
      })),
    ),
  ].join('\n');
}
