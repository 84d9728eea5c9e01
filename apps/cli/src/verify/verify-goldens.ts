import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { ErrorReport } from '../error-report.ts';
import { reportError } from '../error-report.ts';
import type { Comparison } from './compare.ts';
import { compare, notProduced } from './compare.ts';
import type { Golden } from './golden.ts';
import { isInteger, readGolden } from './golden.ts';
import type { Tolerance, ToleranceOf } from './tolerances.ts';
import { readTolerances } from './tolerances.ts';
import type { Produced, VerifierOptions } from './verifier.ts';
import { VERIFIERS } from './verifiers.ts';

export interface VerifyGoldensOptions extends Partial<VerifierOptions> {
  /** Only this file, with or without its ending. */
  readonly only?: string;
  /** Told of each file when it is done. */
  readonly onFile?: (verification: FileVerification) => void;
}

/** One file held against the implementation. */
export interface FileVerification {
  readonly file: string;
  /** `failed`: an output is out of tolerance or missing, or `error` says what came between. */
  readonly status: 'passed' | 'failed' | 'not-built' | 'differences-only';
  readonly outputs: readonly Comparison[];
  readonly error?: ErrorReport;
}

export interface Verification {
  readonly directory: string;
  readonly precision: VerifierOptions['precision'];
  readonly files: readonly FileVerification[];
  /** Nothing failed, and something was verified. */
  readonly passed: boolean;
}

const EXACT: Tolerance = { atol: 0, rtol: 0 };

/**
 * Holds what is built against every reference vector of a folder of the form that tests/goldens/README.md describes.
 * Sizes come from the files, tolerances from the folder's `tolerances.json`. A backend must have been started.
 *
 * With precision `bf16` differences are told but not judged: the tolerances are those of float32.
 *
 * @throws CliError `nothing-to-verify`, `unknown-file`; `golden-form` where `tolerances.json` is not of its form
 */
export async function verifyGoldens(
  directory: string,
  { precision = 'f32', only, onFile }: VerifyGoldensOptions = {},
): Promise<Verification> {
  const names = await goldenFiles(directory, only);
  const toleranceOf = await readTolerances(directory);
  const files: FileVerification[] = [];
  for (const file of names) {
    const verification = await verifyFile(join(directory, file), file, { precision, toleranceOf });
    onFile?.(verification);
    files.push(verification);
  }
  const verified = files.some(({ status }) => status !== 'not-built');
  const passed = verified && files.every(({ status }) => status !== 'failed');
  return { directory, precision, files, passed };
}

async function goldenFiles(directory: string, only: string | undefined): Promise<string[]> {
  const all = (await readdir(directory)).filter((name) => name.endsWith('.safetensors')).sort();
  if (all.length === 0) throw new CliError('nothing-to-verify', `${directory} holds no *.safetensors`);
  if (only === undefined) return all;
  const chosen = all.filter((name) => name === only || name === `${only}.safetensors`);
  if (chosen.length > 0) return chosen;
  throw new CliError('unknown-file', `${directory} has no ${only}; it has ${all.join(', ')}`);
}

async function verifyFile(
  path: string,
  file: string,
  { precision, toleranceOf }: VerifierOptions & { readonly toleranceOf: ToleranceOf },
): Promise<FileVerification> {
  const stem = file.slice(0, -'.safetensors'.length);
  const load = Object.hasOwn(VERIFIERS, stem) ? VERIFIERS[stem] : undefined;
  if (load === undefined) return { file, status: 'not-built', outputs: [] };
  try {
    const golden = await readGolden(path);
    const verifier = await load();
    const outputs = await compareAll(golden, verifier(golden, { precision }), toleranceOf);
    return precision === 'bf16' ? unjudged(file, outputs) : judged(file, outputs);
  } catch (error) {
    // A file that can't be read or computed must not hide what the others say.
    const report = reportError(error, { debug: process.env['BOREALIS_DEBUG'] !== undefined });
    return { file, status: 'failed', outputs: [], error: report };
  }
}

/** In the order of the file; what several implementations give stands together. */
async function compareAll(
  golden: Golden,
  produced: Iterable<Produced> | AsyncIterable<Produced>,
  toleranceOf: ToleranceOf,
): Promise<Comparison[]> {
  const byName = new Map<string, Produced[]>();
  for await (const each of produced) byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
  const wanted = ['outputs.', 'grads.'].flatMap((group) => golden.names(group).map((name) => group + name));
  const stored = wanted.length === 0; // weights alone: read and stored again, to the bit
  return (stored ? golden.names('') : wanted).flatMap((name) => {
    const found = byName.get(name);
    if (found === undefined) return [notProduced(name)];
    const tensor = golden.tensor(name);
    const tolerance = stored || isInteger(tensor) ? EXACT : toleranceOf(golden.stem, name);
    return found.map((each) => compare(each, tensor, tolerance));
  });
}

function judged(file: string, outputs: readonly Comparison[]): FileVerification {
  const good = outputs.length > 0 && outputs.every(({ verdict }) => verdict === 'within');
  return { file, status: good ? 'passed' : 'failed', outputs };
}

/** What is outside the tolerances of float32 is no failure in bfloat16; what is missing or NaN is. */
function unjudged(file: string, compared: readonly Comparison[]): FileVerification {
  const outputs = compared.map((output): Comparison =>
    output.verdict === 'outside' && !Number.isNaN(output.largestDifference)
      ? { ...output, verdict: 'differences-only' }
      : output,
  );
  const good = outputs.every(({ verdict }) => verdict === 'within' || verdict === 'differences-only');
  return { file, status: good ? 'differences-only' : 'failed', outputs };
}
