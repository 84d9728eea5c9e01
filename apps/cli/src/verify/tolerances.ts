import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { parseJson, parseWith } from './golden.ts';

/** `max|got − want| <= atol + rtol · max|want|` */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/** @throws CliError `golden-form` where no rule covers this tensor */
export type ToleranceOf = (stem: string, name: string) => Tolerance;

const pattern = z.string().refine(isPattern, 'not a regular expression');
const bound = z.number().nonnegative();
const schema = z.object({ files: z.record(z.string(), z.array(z.tuple([pattern, bound, bound]))) });

/** The rules of a folder's `tolerances.json`: the first pattern found in the tensor's full name counts. */
export async function readTolerances(folder: string): Promise<ToleranceOf> {
  const path = join(folder, 'tolerances.json');
  const { files } = parseWith(schema, parseJson(await readFile(path, 'utf8'), path), path);
  return (stem, name) => {
    const rule = (Object.hasOwn(files, stem) ? files[stem] : undefined)?.find(([text]) =>
      new RegExp(text).test(name),
    );
    if (rule === undefined)
      throw new CliError('golden-form', `${path} has no tolerance for ${name} of ${stem}`);
    const [, atol, rtol] = rule;
    return { atol, rtol };
  };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
