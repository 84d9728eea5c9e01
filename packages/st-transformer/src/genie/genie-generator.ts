import { setImmediate as turn } from 'node:timers/promises';
import type { TokenGrids } from '@borealis/dataset';
import type { CompileOptions, Random } from '@borealis/tensor';
import { compile, tf } from '@borealis/tensor';
import type { Parameters } from '@borealis/training';
import { checkRequest } from './check-request.ts';
import type { GenieConfig } from './genie-config.ts';
import { valuesOfDigit } from './genie-config.ts';
import { asGenieParameters } from './genie-parameters.ts';
import type { GenerateOptions } from './generate-options.ts';
import type { ProposalInputs } from './propose-grid.ts';
import { proposeGrid } from './propose-grid.ts';
import { maskedAfter, unmask } from './unmask.ts';

export interface FilledGrid {
  /** `[s]` */
  readonly codes: Int32Array;
  /** `[s digits values]`: what the model said of each digit before anything was filled in. */
  readonly logits: Float32Array;
}

/** Generates grids with one set of parameters; holds compiled functions, so dispose it. */
export interface GenieGenerator {
  /** The grid after the given ones, for each sequence; all have equally many, of which the last are seen. */
  nextGrid(sequences: readonly TokenGrids[], options?: GenerateOptions): FilledGrid[];
  /** `count` more grids for each sequence, one after the other; the event loop gets a turn between them. */
  generate(sequences: readonly TokenGrids[], count: number, options?: GenerateOptions): Promise<TokenGrids[]>;
  /** Lets go of what was compiled; the parameters stay. */
  dispose(): void;
}

/**
 * MaskGIT over space, autoregressive over time (STMaskGIT.maskgit_generate): a grid begins masked; each pass proposes
 * codes for all of it, and keeps some.
 *
 * @throws StTransformerError `PARAMETERS`; the functions `WINDOW`, `OPTION`
 */
export function createGenieGenerator(
  config: GenieConfig,
  parameters: Parameters,
  compileOptions: Pick<CompileOptions, 'precision'> = {},
): GenieGenerator {
  const p = asGenieParameters(config, parameters);
  const propose = compile((inputs: ProposalInputs) => proposeGrid(config, inputs), {
    name: 'genie_propose',
    maxSignatures: 2 * config.timeSteps,
    ...compileOptions,
  });
  const { places, codes: mask } = config;

  function nextGrid(sequences: readonly TokenGrids[], options: GenerateOptions = {}): FilledGrid[] {
    const { steps = 2, keep = 'random', temperature = 0, random } = options;
    checkRequest(config, sequences, options);
    if (sequences.length === 0) return [];
    const seen = sequences.map((sequence) => lastCodes(config, sequence));
    const grids = seen.map(() => new Int32Array(places).fill(mask));
    let first: Float32Array = new Float32Array(0);
    for (let step = 0; step < steps; step++) {
      const masked = maskedAfter(step, steps, places);
      const proposal = proposeAll(seen, grids, temperature === 0 ? undefined : { temperature, random });
      if (step === 0) first = proposal.logits;
      grids.forEach((grid, i) => {
        const part = <T extends Int32Array | Float32Array>(all: T) =>
          all.subarray(i * places, (i + 1) * places);
        const priority = keep === 'confident' ? part(proposal.confidence) : uniforms(random, places);
        unmask(grid, { proposed: part(proposal.codes) as Int32Array, priority, masked, mask });
      });
    }
    const size = first.length / grids.length;
    return grids.map((codes, i) => ({ codes, logits: first.slice(i * size, (i + 1) * size) }));
  }

  /** Runs the model on what is seen with the grid as far as it is filled in. */
  function proposeAll(
    seen: readonly Int32Array[],
    grids: readonly Int32Array[],
    draw: { readonly temperature: number; readonly random: Random | undefined } | undefined,
  ) {
    return tf.tidy(() => {
      const batch = seen.flatMap((before, i) => [before, grids[i] ?? new Int32Array(places)]);
      const t = (seen[0]?.length ?? 0) / places + 1;
      const codes = tf.tensor(concat(batch), [seen.length, t, places], 'int32');
      const noise = draw === undefined ? {} : { draw: drawInputs(draw, seen.length) };
      const proposal = propose({ parameters: p, codes, ...noise });
      return {
        codes: proposal.codes.dataSync() as Int32Array,
        confidence: proposal.confidence.dataSync() as Float32Array,
        logits: proposal.logits.dataSync() as Float32Array,
      };
    });
  }

  function drawInputs(
    { temperature, random }: { readonly temperature: number; readonly random: Random | undefined },
    count: number,
  ) {
    const shape = [count, places, config.digits, valuesOfDigit(config)];
    const uniform = uniforms(
      random,
      shape.reduce((a, b) => a * b),
    );
    const gumbel = Float32Array.from(uniform, (u) => -Math.log(-Math.log(u + Number.MIN_VALUE)));
    return { noise: tf.tensor(gumbel, shape), temperature: tf.scalar(temperature) };
  }

  return {
    nextGrid,
    async generate(sequences, count, options) {
      let grown = sequences;
      for (let made = 0; made < count; made++) {
        const next = nextGrid(grown, options);
        grown = grown.map((sequence, i) => append(sequence, next[i]?.codes ?? new Int32Array(places)));
        await turn();
      }
      return grown.map(({ data, ...size }) => ({
        ...size,
        data: data.slice(data.length - count * places),
        count,
      }));
    },
    dispose() {
      propose.dispose();
    },
  };
}

/** As many of the last grids as the model sees beside the one to come. */
function lastCodes({ timeSteps, places }: GenieConfig, { data, count }: TokenGrids): Int32Array {
  return data.subarray((count - Math.min(count, timeSteps - 1)) * places);
}

function append({ data, count, height, width }: TokenGrids, codes: Int32Array): TokenGrids {
  return { data: concat([data, codes]), count: count + 1, height, width };
}

function concat(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const part of parts) {
    whole.set(part, to);
    to += part.length;
  }
  return whole;
}

function uniforms(random: Random | undefined, count: number): Float64Array {
  return Float64Array.from({ length: count }, () => random?.uniform() ?? 0);
}
