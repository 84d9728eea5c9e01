import { expect, it } from 'vitest';
import type { ExtendedBinding } from '../native/binding.ts';
import { noteWithoutBfloat16 } from './note-without-bfloat16.ts';

const on = (instructions: string, gpu = false): ExtendedBinding =>
  ({ isUsingGpuDevice: () => gpu, kernelInstructions: () => instructions }) as unknown as ExtendedBinding;

it('says once where a processor multiplies no bfloat16, and nothing where it does', () => {
  const told: string[] = [];
  const tell = (message: string) => told.push(message);
  for (const fast of [on('amx'), on('avx512bf16'), on('avx512'), on('baseline', true)])
    noteWithoutBfloat16(fast, tell);
  expect(told).toEqual([]);
  for (const slow of [on('avx2'), on('baseline')]) noteWithoutBfloat16(slow, tell);
  expect(told).toEqual([expect.stringContaining('computed in float32')]);
});
