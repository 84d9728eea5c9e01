import { join } from 'node:path';

/** Where the parts of a model folder lie. */
export function modelFiles(folder: string) {
  return {
    record: join(folder, 'model.json'),
    weights: join(folder, 'model.safetensors'),
    statistics: join(folder, 'statistics.safetensors'),
    card: join(folder, 'README.md'),
  };
}
