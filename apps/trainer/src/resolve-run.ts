import type { Dataset } from '@borealis/dataset';
import { datasetFingerprint, openDataset } from '@borealis/dataset';
import type { Model, RunConfig } from '@borealis/training';
import { parseTrainingConfig } from '@borealis/training';
import { TrainerError } from './trainer-error.ts';
import { DEFAULT_PRESET, DEFAULT_VALIDATION_WINDOWS, TRAINING_DEFAULTS } from './training-defaults.ts';
import type { TrainSettings } from './train-settings.ts';

/** Settings made whole, with the data open; the caller closes them. */
export interface ResolvedRun {
  readonly config: RunConfig;
  /** As the model's schema has it: `config.modelConfig` is the same as JSON. */
  readonly modelConfig: unknown;
  readonly training: Dataset;
  readonly validation: Dataset | undefined;
}

/**
 * Whatever the settings leave open is taken from the run that is there, else from preset and defaults.
 *
 * @throws TrainerError `UNKNOWN_PRESET`, `INVALID_CONFIG`, `INVALID_ARGUMENT`; TrainingError `INVALID_ARGUMENT`;
 * DatasetError; the model's own errors
 */
export async function resolveRun(
  model: Model,
  settings: TrainSettings,
  stored: RunConfig | undefined,
): Promise<ResolvedRun> {
  const training = parseTrainingConfig({ ...(stored?.training ?? TRAINING_DEFAULTS), ...settings.training });
  const wanted = validationOf(settings, stored);
  const data = await openDataset(settings.data);
  let validation: Dataset | undefined;
  try {
    validation = wanted === undefined ? undefined : await openDataset(wanted.data);
    const modelConfig = model.adapt(presetConfig(model, settings, stored), data);
    return {
      modelConfig,
      training: data,
      validation,
      config: {
        model: model.name,
        modelConfig: JSON.parse(JSON.stringify(modelConfig)) as RunConfig['modelConfig'],
        training,
        seed: settings.seed ?? stored?.seed ?? 0,
        data: await identify(data),
        validation:
          wanted === undefined || validation === undefined
            ? null
            : { ...(await identify(validation)), windows: wanted.windows },
      },
    };
  } catch (error) {
    await data.close();
    await validation?.close();
    throw error;
  }
}

async function identify(dataset: Dataset): Promise<RunConfig['data']> {
  return { dir: dataset.dir, fingerprint: await datasetFingerprint(dataset) };
}

function validationOf(
  { validation }: TrainSettings,
  stored: RunConfig | undefined,
): { readonly data: string; readonly windows: number } | undefined {
  const before = stored?.validation ?? undefined;
  if (validation === undefined) return before && { data: before.dir, windows: before.windows };
  const windows = validation.windows ?? before?.windows ?? DEFAULT_VALIDATION_WINDOWS;
  if (Number.isSafeInteger(windows) && windows > 0) return { data: validation.data, windows };
  throw new TrainerError(
    'INVALID_ARGUMENT',
    `the number of validation windows must be a whole number from 1; it is ${windows}`,
  );
}

function presetConfig(model: Model, settings: TrainSettings, stored: RunConfig | undefined): unknown {
  const { preset, modelConfig: changes = {} } = settings;
  const fromRun = preset === undefined && stored?.model === model.name ? stored.modelConfig : undefined;
  const base = fromRun ?? model.presets[preset ?? DEFAULT_PRESET];
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
