import type { tf } from '@borealis/tensor';
import type { StTransformerConfig } from '../config.ts';
import type { ParameterSpecs } from '../parameter-spec.ts';
import { codeVocabulary } from './code-vocabulary.ts';
import { levelVocabulary } from './level-vocabulary.ts';

export type VocabularyParameters = Readonly<Record<string, tf.Tensor>>;

/** How a model reads codes and says which come next. */
export interface Vocabulary {
  /** Number of codes. */
  readonly size: number;
  /** What `scores` are: e^score is proportional to a code's probability, or the score is the probability. */
  readonly scoresAre: 'logits' | 'probabilities';
  /** What it learns, for a stream of this width. */
  specs(dim: number): ParameterSpecs;
  /** Codes `[n]` int32 → `[n c]` */
  embed(codes: tf.Tensor, p: VocabularyParameters): tf.Tensor;
  /** Hidden `[n c]` and true codes `[n]` → −log p in nats: the mean, and of each without a gradient, `[n]` */
  crossEntropy(
    hidden: tf.Tensor,
    targets: tf.Tensor,
    p: VocabularyParameters,
  ): { readonly mean: tf.Tensor; readonly each: tf.Tensor };
  /** Hidden `[n c]` → a score of each code, greater where it is likelier, `[n size]` */
  scores(hidden: tf.Tensor, p: VocabularyParameters): tf.Tensor;
}

export function vocabularyOf(config: StTransformerConfig): Vocabulary {
  const { vocabulary } = config;
  return vocabulary.kind === 'codes'
    ? codeVocabulary(vocabulary.size)
    : levelVocabulary(vocabulary.levels, vocabulary.components);
}
