import type { SafetensorsFile, TensorInfo, TensorLocation } from '@borealis/safetensors';
import { SafetensorsError } from '@borealis/safetensors';
import type { HeldDtype, Hold } from './held-dtype.ts';
import { heldDtype } from './held-dtype.ts';

/** One tensor that is to be read. */
export interface PlannedRead {
  readonly name: string;
  readonly info: TensorInfo;
  readonly location: TensorLocation;
  readonly held: HeldDtype;
}

/** Which tensors: their names, or what tells them by their names. */
export type NameFilter = Iterable<string> | ((name: string) => boolean);

/**
 * What of a file is to be read, as what, in the file's order. Everything that can be refused is refused here, before
 * anything is read.
 *
 * @throws SafetensorsError `unknown-tensor`, `wrong-dtype`
 */
export function planReads(
  file: SafetensorsFile,
  { names, hold }: { readonly names: NameFilter | undefined; readonly hold: Hold },
): PlannedRead[] {
  return wantedNames(file, names).map((name) => {
    const info = file.info(name);
    const location = file.locate(name);
    const held = heldDtype(info.dtype, hold);
    if (held !== undefined) return { name, info, location, held };
    throw new SafetensorsError(
      'wrong-dtype',
      `tensor ${JSON.stringify(name)} is ${info.dtype} [${info.shape.join()}], for which there is no tensor dtype: leave it out by \`names\``,
      { file: location.file, tensor: name },
    );
  });
}

function wantedNames(file: SafetensorsFile, names: NameFilter | undefined): readonly string[] {
  if (names === undefined) return file.names;
  if (typeof names === 'function') return file.names.filter(names);
  const wanted = new Set(names);
  for (const name of wanted) file.info(name);
  return file.names.filter((name) => wanted.has(name));
}

/**
 * Divides reads into batches of about `bytes` each, ordered by place in the files: what lies together is read together.
 */
export function batchReads(reads: readonly PlannedRead[], bytes: number): PlannedRead[][] {
  const files = [...new Set(reads.map(({ location }) => location.file))];
  const rank = new Map(files.map((file, i) => [file, i]));
  const place = ({ location }: PlannedRead) => rank.get(location.file) ?? 0;
  const ordered = [...reads].sort((a, b) => place(a) - place(b) || a.location.position - b.location.position);
  const batches: PlannedRead[][] = [];
  let room = 0;
  for (const read of ordered) {
    if (room <= 0) {
      batches.push([]);
      room = bytes;
    }
    batches.at(-1)?.push(read);
    room -= read.info.byteLength;
  }
  return batches;
}
