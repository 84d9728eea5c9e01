import { readFile } from 'node:fs/promises';
import { asFloat32, readSafetensors } from '@borealis/safetensors';
import type { LoadTensorsOptions, tf } from '@borealis/tensor';
import { loadTensors } from '@borealis/tensor';
import { z } from 'zod';
import { TrainingError } from '../errors.ts';
import type { Statistics } from '../model-contract.ts';
import { modelFiles } from './model-files.ts';
import type { ModelRecord } from './model-record.ts';
import { modelRecordSchema } from './model-record.ts';

/** A trained model that `writeModelFolder` wrote. */
export interface ModelFolder {
  readonly record: ModelRecord;
  /** File of the weights. */
  readonly weightsPath: string;
  readStatistics(): Promise<Statistics>;
  /** By dotted path; the caller disposes them. */
  loadWeights(options?: Pick<LoadTensorsOptions, 'hold'>): Promise<ReadonlyMap<string, tf.Tensor>>;
}

/**
 * Null where the folder holds no model.
 *
 * @throws TrainingError `RUN_DAMAGED`; the system's errors. Reading what it holds throws SafetensorsError, TensorError
 */
export async function openModelFolder(folder: string): Promise<ModelFolder | null> {
  const files = modelFiles(folder);
  const record = await readRecord(files.record);
  if (record === null) return null;
  return {
    record,
    weightsPath: files.weights,
    readStatistics: async () => {
      const { tensors } = await readSafetensors(files.statistics);
      return Object.fromEntries([...tensors].map(([name, data]) => [name, asFloat32(data)]));
    },
    loadWeights: async (options) => (await loadTensors(files.weights, options)).tensors,
  };
}

async function readRecord(path: string): Promise<ModelRecord | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    return modelRecordSchema.parse(JSON.parse(text));
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? `\n${z.prettifyError(cause)}` : ` ${String(cause)}`;
    throw new TrainingError(
      'RUN_DAMAGED',
      `${path} is not what \`borealis model export\` writes:${problem}`,
      {
        cause,
      },
    );
  }
}
