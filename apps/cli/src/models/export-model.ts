import { readFile } from 'node:fs/promises';
import { loadAutoencoder } from '@borealis/evaluator';
import { namedLeaves, startBackend, tf } from '@borealis/tensor';
import { loadTrained } from '@borealis/trainer';
import { countParameters, disposeNamed, nameParameters, writeModelFolder } from '@borealis/training';
import { videoVae } from '@borealis/video-vae';
import { CliError } from '../cli-error.ts';
import { modelCard } from './model-card.ts';

export interface ExportOptions {
  readonly run: string;
  readonly out: string;
  readonly storage: 'f32' | 'bf16';
  /** A file of Markdown that the card begins with: what the model is for, what it measured. */
  readonly notes?: string;
}

export interface ExportedModel {
  readonly folder: string;
  readonly model: string;
  readonly step: number;
  readonly parameterCount: number;
}

/** What a run has learned as a folder to hand on: the moving average of its parameters where there is one. */
export async function exportModel({ run, out, storage, notes }: ExportOptions): Promise<ExportedModel> {
  const text = notes === undefined ? undefined : await readFile(notes, 'utf8');
  await startBackend();
  const trained = await loadTrained(run);
  const { model, config, parameters, statistics, origin } = trained;
  try {
    if (trained.run === null) {
      throw new CliError('nothing-to-export', `${run} is a model folder already: export takes a run`);
    }
    const parameterCount = countParameters(parameters);
    const complete = JSON.parse(JSON.stringify(await measured(run, model.name, config))) as null;
    await writeModelFolder(out, {
      record: {
        model: model.name,
        config: complete,
        training: origin,
      },
      parameters: nameParameters(parameters),
      statistics,
      storage,
      card: modelCard({
        trained: { ...trained, run: trained.run, config: complete },
        parameterCount,
        storage,
        notes: text,
      }),
    });
    return { folder: out, model: model.name, step: origin.step, parameterCount };
  } finally {
    tf.dispose(namedLeaves(parameters).map(([, tensor]) => tensor));
  }
}

/** An autoencoder's configuration with what its latents are normalised by, which its training doesn't know. */
async function measured(run: string, model: string, config: unknown): Promise<unknown> {
  if (model !== videoVae.name) return config;
  const autoencoder = await loadAutoencoder(run);
  disposeNamed(nameParameters(autoencoder.parameters));
  return autoencoder.config;
}
