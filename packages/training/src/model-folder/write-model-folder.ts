import { access, mkdir } from 'node:fs/promises';
import { writeFileAtomic } from '@borealis/checkpoints';
import { tensorOf, writeSafetensors } from '@borealis/safetensors';
import { saveTensors, storageDtype, tf, toBfloat16 } from '@borealis/tensor';
import { TrainingError } from '../errors.ts';
import type { Statistics } from '../model-contract.ts';
import type { NamedTensors } from '../parameters/parameters.ts';
import { modelFiles } from './model-files.ts';
import type { ModelRecord } from './model-record.ts';

export interface ModelFolderContent {
  readonly record: Omit<ModelRecord, 'format'>;
  readonly parameters: NamedTensors;
  readonly statistics: Statistics;
  /** Markdown: what the model is for, how it was made, what it measured. */
  readonly card: string;
  /** `bf16` rounds matrices, not vectors (norms, biases): half the size. */
  readonly storage: 'f32' | 'bf16';
}

/**
 * Writes a trained model as a folder to hand on: `model.json`, `model.safetensors`, `statistics.safetensors`, `README.md`
 * (the model card). `model.json` comes last: a folder without it holds no model.
 *
 * @throws TrainingError `RUN_EXISTS` where the folder holds a model; the system's errors
 */
export async function writeModelFolder(folder: string, content: ModelFolderContent): Promise<void> {
  const files = modelFiles(folder);
  if (await exists(files.record)) {
    throw new TrainingError('RUN_EXISTS', `${folder} holds a model: choose another folder, or remove it`);
  }
  await mkdir(folder, { recursive: true });
  await saveParameters(files.weights, content);
  const statistics = Object.entries(content.statistics).map(
    ([name, values]) => [name, tensorOf(values)] as const,
  );
  await writeSafetensors(files.statistics, new Map(statistics));
  await writeFileAtomic(files.card, content.card);
  const record: ModelRecord = { format: 'borealis-model-1', ...content.record };
  await writeFileAtomic(files.record, `${JSON.stringify(record, null, 2)}\n`);
}

async function saveParameters(path: string, { parameters, storage }: ModelFolderContent): Promise<void> {
  const rounded: tf.Tensor[] = [];
  const asStored = (tensor: tf.Tensor): tf.Tensor => {
    if (storage === 'f32' || tensor.rank < 2 || storageDtype(tensor) !== 'float32') return tensor;
    const half = toBfloat16(tensor);
    rounded.push(half);
    return half;
  };
  try {
    const entries = Object.entries(parameters).map(([name, tensor]) => [name, asStored(tensor)] as const);
    await saveTensors(path, entries);
  } finally {
    tf.dispose(rounded);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
