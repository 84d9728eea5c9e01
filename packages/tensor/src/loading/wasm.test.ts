import { join } from 'node:path';
import {
  fromBfloat16,
  tensorOf,
  toBfloat16 as roundToBfloat16,
  writeSafetensors,
} from '@borealis/safetensors';
import { expect, test } from 'vitest';
import {
  compile,
  loadTensors,
  memoryUse,
  saveTensors,
  startBackend,
  storageDtype,
  tf,
  toBfloat16,
  toFloat32,
} from '../index.ts';
import { temporaryFolder } from './temporary-folder.test.fixture.ts';

test('without TensorFlow, files are loaded and saved through JavaScript, bfloat16 as float32', async () => {
  await startBackend({ backend: 'wasm' });
  const folder = await temporaryFolder();
  const [path, copy] = [join(folder, 'a'), join(folder, 'b.safetensors')];
  const values = new Float32Array([1, 1 / 3, -2]);
  const half = roundToBfloat16(values);
  await writeSafetensors(path, [
    ['half', tensorOf(half, [3], 'BF16')],
    ['wide', tensorOf(values)],
    ['ids', tensorOf(new BigInt64Array([5n, -6n]))],
    ['mask', tensorOf(new Uint8Array([0, 2]), [2], 'BOOL')],
  ]);
  const { tensors } = await loadTensors(path);
  const told = (named: ReadonlyMap<string, tf.Tensor>) =>
    Object.fromEntries([...named].map(([name, x]) => [name, [storageDtype(x), ...x.dataSync()]]));
  const expected = {
    half: ['float32', ...fromBfloat16(half)],
    wide: ['float32', ...values],
    ids: ['int32', 5, -6],
    mask: ['bool', 0, 1],
  };
  expect(told(tensors)).toEqual(expected);
  const written = await saveTensors(copy, tensors, { maxShardBytes: 13 });
  expect(told((await loadTensors(written.path)).tensors)).toEqual(expected);

  const before = memoryUse().tensors;
  await expect(loadTensors(path, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  expect(memoryUse().tensors).toBe(before);

  const rounded = compile((x: tf.Tensor) => toFloat32(toBfloat16(x)))(tf.tensor(values));
  expect(rounded.dataSync()).toEqual(fromBfloat16(half));
});
