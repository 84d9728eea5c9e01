import type { tf } from '@borealis/tensor';
import { compile } from '@borealis/tensor';
import type { StTransformerConfig } from '../config.ts';
import { hiddenOf } from '../forward.ts';
import type { StTransformerParameters } from '../parameters.ts';
import type { VocabularyParameters } from '../vocabulary/vocabulary.ts';
import type { GridOutputs } from './grid-outputs.ts';
import { greedyCodes, gridOutputs } from './grid-outputs.ts';

/** One set of parameters and the functions compiled for them; results are the caller's to dispose. */
export interface CompiledModel {
  /** Codes `[b t s]` and states `[b t+1 frames channels]` → `[b t s c]`, for t up to the configured time steps. */
  hidden(codes: tf.Tensor, states: tf.Tensor): tf.Tensor;
  /** Hidden `[n c]` and true codes `[n]` → what a prediction is scored by, with the k likeliest codes. */
  outputs(hidden: tf.Tensor, targets: tf.Tensor, k: number): GridOutputs;
  /** Hidden `[n c]` → the likeliest codes, `[n]` int32. */
  greedy(hidden: tf.Tensor): tf.Tensor;
  /** Lets go of what was compiled; the parameters stay. */
  dispose(): void;
}

type HiddenInputs = {
  readonly parameters: StTransformerParameters;
  readonly codes: tf.Tensor;
  readonly states: tf.Tensor;
};
type HeadInputs = { readonly vocabulary: VocabularyParameters; readonly hidden: tf.Tensor };
type OutputInputs = HeadInputs & { readonly targets: tf.Tensor };

export function compileModel(
  config: StTransformerConfig,
  parameters: StTransformerParameters,
): CompiledModel {
  const { vocabulary } = parameters;
  const hidden = compile((inputs: HiddenInputs) => hiddenOf(config, inputs), { name: 'st_hidden' });
  const greedy = compile((inputs: HeadInputs) => greedyCodes(config, inputs), { name: 'st_greedy' });
  const compileOutputs = (k: number) =>
    compile((inputs: OutputInputs) => gridOutputs(config, { ...inputs, k }), { name: 'st_outputs' });
  const outputs = new Map<number, ReturnType<typeof compileOutputs>>(); // a recording freezes its k

  function outputsFor(k: number): ReturnType<typeof compileOutputs> {
    const compiled = outputs.get(k) ?? compileOutputs(k);
    outputs.set(k, compiled);
    return compiled;
  }

  return {
    hidden: (codes, states) => hidden({ parameters, codes, states }),
    greedy: (hidden) => greedy({ vocabulary, hidden }),
    outputs: (hidden, targets, k) => outputsFor(k)({ vocabulary, hidden, targets }),
    dispose: () => {
      for (const compiled of [hidden, greedy, ...outputs.values()]) compiled.dispose();
    },
  };
}
