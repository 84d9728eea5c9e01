import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { presets } from './config.ts';
import { sizeOf } from './parameter-spec.ts';
import { transformerSpecs } from './parameter-specs.ts';
import { publishedShapes } from './weights.ts';

interface FullSize {
  readonly parameters: number;
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly count: number }>>;
}

const shapes = JSON.parse(
  readFileSync(new URL('../../../tests/goldens/full_size_shapes.json', import.meta.url), 'utf8'),
) as { readonly wan22_ti2v_5b_transformer: FullSize };

test('names and shapes are those of the published TI2V-5B; nothing is allocated', () => {
  const { tensors, parameters } = shapes.wan22_ti2v_5b_transformer;
  const config = presets['wan2.2-ti2v-5b'];
  const wanted = Object.entries(tensors).flatMap(([name, { shape, count }]) =>
    count === 1
      ? [[name, shape]]
      : Array.from({ length: count }, (_, i) => [name.replace('*', `${i}`), shape]),
  );
  expect(publishedShapes(config)).toEqual(Object.fromEntries(wanted));
  const specs = Object.values(transformerSpecs(config));
  expect(specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(parameters);
});
