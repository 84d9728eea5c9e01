import type { Tensor } from '@tensorflow/tfjs-core';
import { storageDtype } from '../half/storage-dtype.ts';
import type { TreeStructure } from '../tree/tensor-tree.ts';

/** How many of an argument's shapes a notice lists. */
const LISTED_SHAPES = 4;
const LISTED_ARGUMENTS = 4;

/** Notices where a compiled function is recorded again and again. */
export interface SignatureWatch {
  /** To be told of each recording. */
  recorded(tensors: readonly Tensor[], structure: TreeStructure, milliseconds: number): void;
}

/**
 * Says once that a function's arguments keep changing, and which: when as many recordings have been thrown away as are
 * kept.
 */
export function watchSignatures(options: {
  readonly name: string;
  readonly maxSignatures: number;
  readonly onNotice: (message: string) => void;
}): SignatureWatch {
  const { name, maxSignatures, onNotice } = options;
  const seen = new Map<string, Set<string>>(); // path of an argument's tensor → what it was
  let count = 0;
  let milliseconds = 0;
  let told = false;

  function note(tensors: readonly Tensor[], structure: TreeStructure): void {
    const paths = leafPaths(structure, '');
    for (const path of [...seen.keys()].filter((path) => !paths.includes(path)))
      seen.get(path)?.add('absent');
    paths.forEach((path, i) => {
      const known = seen.get(path) ?? new Set(count === 0 ? [] : ['absent']);
      const tensor = tensors[i];
      if (tensor !== undefined) known.add(`${storageDtype(tensor)} [${tensor.shape.join(' ')}]`);
      seen.set(path, known);
    });
  }

  return {
    recorded: (tensors, structure, took) => {
      if (told) return;
      note(tensors, structure);
      count++;
      milliseconds += took;
      if (count < 2 * maxSignatures) return;
      told = true;
      const changing = [...seen].filter(([, forms]) => forms.size > 1);
      onNotice(
        `${name} has been recorded ${count} times (${(milliseconds / 1000).toFixed(1)} s), because its arguments keep ` +
          `changing: ${changing.slice(0, LISTED_ARGUMENTS).map(describe).join('; ')}` +
          `${changing.length > LISTED_ARGUMENTS ? `; and ${changing.length - LISTED_ARGUMENTS} more` : ''}. ` +
          `${maxSignatures} recordings are kept. Pad or bucket what varies, or raise maxSignatures.`,
      );
      seen.clear();
    },
  };
}

function describe([path, forms]: readonly [string, ReadonlySet<string>]): string {
  const listed = [...forms].slice(0, LISTED_SHAPES).join(', ');
  return `${path} was ${listed}${forms.size > LISTED_SHAPES ? ` … (${forms.size} in all)` : ''}`;
}

function leafPaths(structure: TreeStructure, path: string): string[] {
  if (structure === null) return [path];
  if (Array.isArray(structure)) {
    return (structure as readonly TreeStructure[]).flatMap((item, i) => leafPaths(item, `${path}[${i}]`));
  }
  return Object.entries(structure).flatMap(([key, item]) => leafPaths(item, `${path}.${key}`));
}
