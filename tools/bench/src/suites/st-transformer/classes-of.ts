import type { StTransformerConfig } from '@borealis/st-transformer';

/** Codes in a model's vocabulary. */
export function classesOf({ vocabulary }: StTransformerConfig): number {
  return vocabulary.kind === 'codes' ? vocabulary.size : vocabulary.levels.reduce((a, b) => a * b, 1);
}
