import type { CompileOptions, tf } from '@borealis/tensor';
import { compile } from '@borealis/tensor';
import type { StTransformerConfig } from '../config.ts';
import type { ForwardArguments } from '../forward.ts';
import { hiddenOf } from '../forward.ts';
import type { StTransformerParameters } from '../parameters.ts';
import type { VocabularyParameters } from '../vocabulary/vocabulary.ts';
import type { DrawInputs } from './draw-codes.ts';
import { drawCodes } from './draw-codes.ts';
import type { GridOutputs } from './grid-outputs.ts';
import { gridOutputs, likeliestCodes } from './grid-outputs.ts';
import type { SeeArguments, Seen } from './see-grids.ts';
import { seeGrids } from './see-grids.ts';

/** One set of parameters and the functions compiled for them; results are the caller's to dispose. */
export interface CompiledModel {
  /** Codes `[b t s]` and states `[b t+1 frames channels]` → `[b t s c]`, for t up to the configured time steps. */
  hidden(inputs: Omit<ForwardArguments, 'parameters'>): tf.Tensor;
  /** The same of grids after others, whose keys and values are there. */
  see(inputs: Omit<SeeArguments, 'parameters'>): Seen;
  /** Hidden `[n c]` and true codes `[n]` → what a prediction is scored by, with the k likeliest codes. */
  outputs(hidden: tf.Tensor, targets: tf.Tensor, k: number): GridOutputs;
  /** Hidden `[n c]` → the likeliest codes, `[n]` int32. */
  likeliest(hidden: tf.Tensor): tf.Tensor;
  /** Hidden `[n c]` → codes that are drawn, of the k likeliest where it is given, `[n]` int32. */
  drawn(hidden: tf.Tensor, draw: DrawInputs, k: number | undefined): tf.Tensor;
  /** Lets go of what was compiled; the parameters stay. */
  dispose(): void;
}

type ForwardInputs = { readonly [key in keyof ForwardArguments]: ForwardArguments[key] };
type SeeInputs = { readonly [key in keyof SeeArguments]: SeeArguments[key] };
type HeadInputs = { readonly vocabulary: VocabularyParameters; readonly hidden: tf.Tensor };
type OutputInputs = HeadInputs & { readonly targets: tf.Tensor };
type DrawnInputs = HeadInputs & { readonly draw: DrawInputs };

export function compileModel(
  config: StTransformerConfig,
  parameters: StTransformerParameters,
  { precision = 'f32' }: Pick<CompileOptions, 'precision'> = {},
): CompiledModel {
  const { vocabulary } = parameters;
  const as = (name: string): CompileOptions => ({ name: `st_${name}`, precision });
  const hidden = compile((inputs: ForwardInputs) => hiddenOf(config, inputs), as('hidden'));
  // A recording for each number of grids seen, in groups of two sizes: full ones, and the last.
  const see = compile((inputs: SeeInputs) => seeGrids(config, inputs), {
    ...as('see'),
    maxSignatures: 4 * config.timeSteps,
  });
  const likeliest = compile((inputs: HeadInputs) => likeliestCodes(config, inputs), as('likeliest'));
  // A recording freezes its k.
  const outputs = perNumber((k: number) =>
    compile((inputs: OutputInputs) => gridOutputs(config, { ...inputs, k }), as('outputs')),
  );
  const drawn = perNumber((k: number | undefined) =>
    compile(
      (inputs: DrawnInputs) => drawCodes(config, k === undefined ? inputs : { ...inputs, k }),
      as('drawn'),
    ),
  );
  return {
    hidden: (inputs) => hidden({ parameters, ...inputs }),
    see: (inputs) => see({ parameters, ...inputs }),
    outputs: (hidden, targets, k) => outputs.of(k)({ vocabulary, hidden, targets }),
    likeliest: (hidden) => likeliest({ vocabulary, hidden }),
    drawn: (hidden, draw, k) => drawn.of(k)({ vocabulary, hidden, draw }),
    dispose: () => {
      for (const compiled of [hidden, see, likeliest, ...outputs.all(), ...drawn.all()]) compiled.dispose();
    },
  };
}

/** One of something for each number that is asked for. */
function perNumber<Key, T>(make: (key: Key) => T): { of(key: Key): T; all(): Iterable<T> } {
  const made = new Map<Key, T>();
  return {
    of: (key) => {
      const found = made.get(key) ?? make(key);
      made.set(key, found);
      return found;
    },
    all: () => made.values(),
  };
}
