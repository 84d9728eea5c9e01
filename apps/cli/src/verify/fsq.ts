import { asFloat32 } from '@borealis/safetensors';
import { codesOfLevels, fsqBound, fsqQuantize, fsqValues, levelsOfCodes } from '@borealis/video-tokenizer';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { configOf, numbersOf } from './golden.ts';
import type { Produced } from './verifier.ts';

const configSchema = z.object({ levels: z.array(z.int()) });

/** `fsq`: the quantiser of @borealis/video-tokenizer, to codes and back. The reference's "codes" are values in [-1, 1]. */
export function* verifyFsq(golden: Golden): Iterable<Produced> {
  const { levels } = configOf(golden, configSchema);
  const input = golden.tensor('inputs.z');
  const { shape } = input;
  const [rows = 0] = shape;
  const vectors = asFloat32(input);
  const levelIndices = fsqQuantize(vectors, levels);
  const indices = codesOfLevels(levelIndices, levels);
  yield { name: 'outputs.bounded', shape, values: fsqBound(vectors, levels) };
  yield { name: 'outputs.codes', shape, values: fsqValues(levelIndices, levels) };
  yield { name: 'outputs.indices', shape: [rows], values: indices };
  yield { name: 'outputs.level_indices', shape, values: levelsOfCodes(indices, levels) };
  yield {
    name: 'outputs.codes_from_indices',
    shape,
    values: fsqValues(levelsOfCodes(indices, levels), levels),
  };
  const probes = numbersOf(golden.tensor('inputs.probe_indices'));
  yield {
    name: 'outputs.probe_codes',
    shape: [probes.length, levels.length],
    values: fsqValues(levelsOfCodes(probes, levels), levels),
  };
}
