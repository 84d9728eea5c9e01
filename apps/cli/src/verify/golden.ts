import { basename, dirname, join } from 'node:path';
import type { TensorData } from '@borealis/safetensors';
import { asBigInt64, asFloat32, asFloat64, asInt32, readSafetensors } from '@borealis/safetensors';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';

/** A file of reference vectors: weights, inputs, and the outputs and gradients to be had from them. */
export interface Golden {
  /** File name. */
  readonly file: string;
  /** File name without its ending: under this name `tolerances.json` and the verifiers know it. */
  readonly stem: string;
  /** The folder it lies in, for what belongs to it in files beside it. */
  readonly directory: string;
  /** Sizes and cases, from the file's metadata. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Full names of the tensors that begin with `prefix`, without it, in file order. */
  names(prefix: string): string[];
  has(name: string): boolean;
  /** @throws CliError `golden-form` where the file has no such tensor */
  tensor(name: string): TensorData;
}

const configSchema = z.record(z.string(), z.unknown());

/**
 * Where the config names a `weights_file` beside it, that file's weights and inputs count as this one's.
 *
 * @throws CliError `golden-form`; SafetensorsError
 */
export async function readGolden(path: string): Promise<Golden> {
  const { tensors: own, metadata } = await readSafetensors(path);
  const file = basename(path);
  const where = `the metadata key "config" of ${file}`;
  const config = parseWith(configSchema, parseJson(metadata['config'] ?? '{}', file), where);
  const tensors = new Map([...(await givenBeside(path, config['weights_file'])), ...own]);
  return {
    file,
    stem: basename(file, '.safetensors'),
    directory: dirname(path),
    config,
    names: (prefix) =>
      [...tensors.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)),
    has: (name) => tensors.has(name),
    tensor(name) {
      const found = tensors.get(name);
      if (found === undefined) throw new CliError('golden-form', `${file} has no tensor ${name}`);
      return found;
    },
  };
}

async function givenBeside(path: string, name: unknown): Promise<[string, TensorData][]> {
  if (typeof name !== 'string') return [];
  const { tensors } = await readSafetensors(join(dirname(path), basename(name)));
  return [...tensors].filter(([tensor]) => /^(weights|inputs)\./.test(tensor));
}

/** What the file's config must hold for one verifier; keys it doesn't know are left alone. */
export function configOf<T>(golden: Golden, schema: z.ZodType<T>): T {
  return parseWith(schema, golden.config, `the metadata key "config" of ${golden.file}`);
}

export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError('golden-form', `${where} holds no JSON: ${(cause as Error).message}`, { cause });
  }
}

export function parseWith<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new CliError(
    'golden-form',
    `${where} is not of the expected form:\n${z.prettifyError(result.error)}`,
  );
}

/** Whether values must be equal rather than close. */
export function isInteger({ dtype }: TensorData): boolean {
  return !/^(F|BF)/.test(dtype);
}

/** Any stored numbers as float64. */
export function numbersOf(stored: TensorData): Float64Array {
  switch (stored.dtype) {
    case 'I64':
      return Float64Array.from(asBigInt64(stored), Number);
    case 'I32':
      return Float64Array.from(asInt32(stored));
    case 'U8':
    case 'BOOL':
      return Float64Array.from(stored.data);
    case 'F64':
      return asFloat64(stored);
    default:
      return Float64Array.from(asFloat32(stored));
  }
}
