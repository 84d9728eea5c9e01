import type { Comparison } from './compare.ts';
import type { FileVerification, Verification } from './verify-goldens.ts';

const VERDICTS: Readonly<Record<Comparison['verdict'], string>> = {
  within: 'ok    ',
  outside: 'FAILED',
  'differences-only': '      ',
  'wrong-shape': 'FAILED',
  'not-produced': 'FAILED',
};

/** A file's lines: one for each output, with its largest difference and what that may be. */
export function formatFile({ file, status, outputs, error }: FileVerification): string {
  if (status === 'not-built') return `${file}: not built`;
  if (error !== undefined) return `${file}: FAILED\n  ${error.message}`;
  const labels = outputs.map(({ name, by }) => (by === undefined ? name : `${name} (${by})`));
  const width = Math.max(0, ...labels.map(({ length }) => length));
  const lines = outputs.map((output, i) => {
    const label = (labels[i] ?? '').padEnd(width);
    return `  ${VERDICTS[output.verdict]}  ${label}  ${output.problem ?? differenceOf(output)}`;
  });
  return [`${file}:`, ...lines].join('\n');
}

function differenceOf({ largestDifference, allowance }: Comparison): string {
  if (allowance === 0)
    return largestDifference === 0 ? 'equal' : `differs by ${digits(largestDifference)}, must be equal`;
  return `${digits(largestDifference)} of ${digits(allowance)}`;
}

function digits(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}

/** The last lines: how many outputs were held against how many references, and what isn't built. */
export function formatSummary({ files, precision, passed }: Verification): string {
  const outputs = files.flatMap((file) => file.outputs);
  const count = (...verdicts: Comparison['verdict'][]) =>
    outputs.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const verified = files.filter(({ status }) => status !== 'not-built');
  const broken = files.filter(({ error }) => error !== undefined).length;
  const parts = [
    `${count('within')} of ${outputs.length} outputs in ${verified.length} files within tolerance`,
    ...part(count('outside'), 'out of tolerance'),
    ...part(count('wrong-shape'), 'of another shape'),
    ...part(count('not-produced'), 'not produced'),
    ...part(count('differences-only'), `further off in ${precision}, which the tolerances aren't made for`),
    ...part(broken, 'files that could not be verified'),
  ];
  const notBuilt = files.filter(({ status }) => status === 'not-built').map(({ file }) => file);
  return [
    parts.join(', '),
    ...(notBuilt.length === 0 ? [] : [`not built: ${notBuilt.join(', ')}`]),
    verdictOf({ verified: verified.length, precision, passed }),
  ].join('\n');
}

function verdictOf({
  verified,
  precision,
  passed,
}: {
  readonly verified: number;
  readonly precision: Verification['precision'];
  readonly passed: boolean;
}): string {
  if (verified === 0) return 'NOTHING VERIFIED';
  if (!passed) return 'FAILED';
  return precision === 'bf16' ? 'differences only: nothing was judged' : 'passed';
}

function part(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} ${what}`];
}
