import type { TrainedModel } from '@borealis/trainer';
import type { RunConfig } from '@borealis/training';

export interface CardFacts {
  readonly trained: TrainedModel & { readonly run: RunConfig };
  readonly parameterCount: number;
  readonly storage: 'f32' | 'bf16';
  /** Markdown that the card begins with. */
  readonly notes: string | undefined;
}

/** What a model's folder says of it to people: a card as Hugging Face reads them, made of the run's own settings. */
export function modelCard({ trained, parameterCount, storage, notes }: CardFacts): string {
  const { model, config, run, origin } = trained;
  const { training, seed, data, validation, from } = run;
  return [
    '---',
    'library_name: borealis',
    `tags: [world-model, humanoid-robot, ${model.name}]`,
    '---',
    '',
    `# ${model.name}, ${parameterCount.toLocaleString('en')} parameters`,
    '',
    ...(notes === undefined ? [] : [notes.trim(), '']),
    '## How it was made',
    '',
    '```sh',
    trainCommandOf(run),
    `borealis model export --run RUN --out DIR --storage ${storage}`,
    '```',
    '',
    `${origin.step} steps of ${training.batchSize} windows in ${training.precision}, seed ${seed}` +
      (training.emaDecay === null
        ? '.'
        : `; these are moving averages of the parameters (${training.emaDecay}).`),
    ...(from === null ? [] : ['', `Started from weights with SHA-256 \`${from.sha256}\`.`]),
    '',
    '| | SHA-256 |',
    '| --- | --- |',
    `| trained on | \`${data.fingerprint}\` |`,
    ...(validation === null
      ? []
      : [`| validated on, ${validation.windows} windows | \`${validation.fingerprint}\` |`]),
    '',
    `Matrices are stored in ${storage === 'bf16' ? 'bfloat16, vectors in float32' : 'float32'}.`,
    '',
    '## Configuration',
    '',
    '```json',
    JSON.stringify(config, null, 2),
    '```',
    '',
  ].join('\n');
}

function trainCommandOf({ model, modelConfig, training, seed, validation, from }: RunConfig): string {
  const lines = [
    `borealis train ${model} --data TRAIN${validation === null ? '' : ' --val VAL'} --run RUN --seed ${seed}`,
    ...(from === null ? [] : ['--from MODEL']),
    `--model-config '${JSON.stringify(modelConfig)}'`,
    `--training '${JSON.stringify(training)}'`,
  ];
  return lines.join(' \\\n  ');
}
