import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTensors, tf } from '@borealis/tensor';
import type { PublishedForm } from '@borealis/training';
import { hashOfFiles } from './hash-of-files.ts';
import type { StartingPoint } from './starting-point.ts';

/** Where a whole pipeline in the diffusers layout has the transformer. */
const PART = 'transformer';

/**
 * A published checkpoint as the field lays it out: a folder with `config.json` and safetensors in one file or in shards
 * with their index, or a whole pipeline with such a folder. Weights are held as they are stored. Null where there is none.
 */
export async function openPublished(
  dir: string,
  form: PublishedForm<unknown>,
): Promise<StartingPoint | null> {
  const folder = [dir, join(dir, PART)].find((each) => existsSync(join(each, 'config.json')));
  if (folder === undefined) return null;
  const names = (await readdir(folder)).filter((name) => /\.safetensors(\.index\.json)?$/.test(name)).sort();
  const index = names.find((name) => name.endsWith('.json'));
  const weights = index ?? names[0];
  if (weights === undefined) return null;
  const config = form.configOf(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  return {
    identity: { dir, sha256: await hashOfFiles(names.map((name) => join(folder, name))) },
    config,
    weights: {
      location: folder,
      load: async () => {
        const { tensors } = await loadTensors(join(folder, weights));
        try {
          return new Map(Object.entries(form.parametersOf(config, tensors)));
        } catch (error) {
          tf.dispose([...tensors.values()]);
          throw error;
        }
      },
    },
    readStatistics: () => Promise.resolve(null),
  };
}
