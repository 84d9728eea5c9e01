import type { Dataset, WindowSpec } from '@borealis/dataset';
import { datasetFingerprint, openDataset } from '@borealis/dataset';
import type { Autoencoder } from '@borealis/evaluator';
import type { Model, RunConfig } from '@borealis/training';
import { parseTrainingConfig } from '@borealis/training';
import { TrainerError } from './trainer-error.ts';
import { openLatentData } from './latent-data.ts';
import { drawsLatents } from './load-model.ts';
import type { StartingPoint } from './starting-point.ts';
import { openStartingPoint, storedStartingPoint } from './starting-point.ts';
import { DEFAULT_PRESET, TRAINING_DEFAULTS } from './training-defaults.ts';
import type { TrainSettings } from './train-settings.ts';
import { validationOf } from './validation-settings.ts';

/** Settings made whole, with the data open; the caller closes them. */
export interface ResolvedRun {
  readonly config: RunConfig;
  /** As the model's schema has it: `config.modelConfig` is the same as JSON. */
  readonly modelConfig: unknown;
  /** Where training starts, where not at weights drawn by the seed. */
  readonly start: StartingPoint | undefined;
  /** With latents, where the model learns these. */
  readonly training: Dataset;
  readonly validation: Dataset | undefined;
  /** The same with pictures. */
  readonly validationPictures: Dataset | undefined;
}

/**
 * Whatever the settings leave open is taken from the run that is there, else from preset and defaults.
 *
 * @param autoencoder whose latents are learned, where it was given
 * @throws TrainerError `UNKNOWN_PRESET`, `INVALID_CONFIG`, `INVALID_ARGUMENT`, `LATENTS`; TrainingError `INVALID_ARGUMENT`;
 * DatasetError; the model's own errors
 */
export async function resolveRun(
  model: Model,
  settings: TrainSettings,
  stored: RunConfig | undefined,
  autoencoder?: Autoencoder,
): Promise<ResolvedRun> {
  const training = parseTrainingConfig({ ...(stored?.training ?? TRAINING_DEFAULTS), ...settings.training });
  const wanted = validationOf(model, settings, stored, autoencoder !== undefined);
  const start = await startOf(model, settings, stored);
  const data = await openDataset(settings.data);
  let validation: Dataset | undefined;
  try {
    validation = wanted === undefined ? undefined : await openDataset(wanted.data);
    const modelConfig = model.adapt(presetConfig({ model, settings, stored, start }), data);
    const encoder = autoencoder?.encoder ?? stored?.latents?.encoder;
    const encoded = drawsLatents(model)
      ? await withLatentsOf({ data, validation, spec: model.windowSpec(modelConfig), encoder })
      : undefined;
    return {
      modelConfig,
      start,
      training: encoded?.data ?? data,
      validation: encoded?.validation ?? validation,
      validationPictures: validation,
      config: {
        model: model.name,
        modelConfig: JSON.parse(JSON.stringify(modelConfig)) as RunConfig['modelConfig'],
        training,
        seed: settings.seed ?? stored?.seed ?? 0,
        data: await identify(data),
        from: start?.identity ?? null,
        latents:
          encoded === undefined ? null : { encoder: encoded.encoder, dir: autoencoder?.folder ?? null },
        validation:
          wanted === undefined || validation === undefined
            ? null
            : {
                ...(await identify(validation)),
                windows: wanted.windows,
                autoregressive: wanted.autoregressive,
                sampling: wanted.sampling,
              },
      },
    };
  } catch (error) {
    await data.close();
    await validation?.close();
    throw error;
  }
}

async function startOf(
  model: Model,
  { from }: TrainSettings,
  stored: RunConfig | undefined,
): Promise<StartingPoint | undefined> {
  if (from !== undefined) return openStartingPoint(from, model);
  const before = stored?.from ?? undefined;
  return before && storedStartingPoint(before, model);
}

/** Both by the same autoencoder. */
async function withLatentsOf(raw: {
  readonly data: Dataset;
  readonly validation: Dataset | undefined;
  readonly spec: WindowSpec;
  readonly encoder: string | undefined;
}): Promise<{ readonly data: Dataset; readonly validation: Dataset | undefined; readonly encoder: string }> {
  const { dataset, encoder } = await openLatentData(raw.data, raw.spec, raw.encoder);
  if (raw.validation === undefined) return { data: dataset, validation: undefined, encoder };
  const validation = await openLatentData(raw.validation, raw.spec, encoder);
  return { data: dataset, validation: validation.dataset, encoder };
}

async function identify(dataset: Dataset): Promise<RunConfig['data']> {
  return { dir: dataset.dir, fingerprint: await datasetFingerprint(dataset) };
}

/** Changes to the preset that is asked for, else to the run's, else to that of the model which training starts from. */
function presetConfig(choice: {
  readonly model: Model;
  readonly settings: TrainSettings;
  readonly stored: RunConfig | undefined;
  readonly start: StartingPoint | undefined;
}): unknown {
  const { model, settings, stored, start } = choice;
  const { preset, modelConfig: changes = {} } = settings;
  const fromRun = stored?.model === model.name ? stored.modelConfig : undefined;
  const before = preset === undefined ? (fromRun ?? start?.config) : undefined;
  const base = before ?? model.presets[preset ?? DEFAULT_PRESET];
  if (base === undefined) {
    const known = Object.keys(model.presets).join(', ');
    throw new TrainerError(
      'UNKNOWN_PRESET',
      `${model.name} has no preset ${JSON.stringify(preset ?? DEFAULT_PRESET)}; it has ${known}`,
    );
  }
  const result = model.configSchema.safeParse({ ...(base as object), ...changes });
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new TrainerError(
    'INVALID_CONFIG',
    `the configuration of ${model.name} is wrong:\n${problems.join('\n')}`,
    { cause: result.error },
  );
}
