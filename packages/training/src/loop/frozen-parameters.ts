import type { CheckpointStore } from '@borealis/checkpoints';
import type { tf } from '@borealis/tensor';
import { z } from 'zod';
import type { NamedTensors } from '../parameters/parameters.ts';
import { tensorReader } from '../parameters/tensor-reader.ts';
import { tensorSources } from '../parameters/tensor-sources.ts';

const state = z.strictObject({});

/** Keeps a run's frozen parameters, as they are held, where they aren't kept yet: they never change. */
export async function keepFrozen(store: CheckpointStore, frozen: NamedTensors): Promise<void> {
  if ((await store.list()).length > 0) return;
  await store.save({ step: 0, groups: { params: tensorSources(frozen) }, state: {} });
}

/** Those that `keepFrozen` kept; none where there is nothing. Whoever loads them disposes them. */
export async function loadFrozen(
  store: CheckpointStore | undefined,
): Promise<ReadonlyMap<string, tf.Tensor>> {
  const kept = await store?.loadLatest({ state, reader: tensorReader });
  return kept?.groups['params'] ?? new Map<string, tf.Tensor>();
}
