import { expect, test } from 'vitest';
import { gpuPresent } from './gpu-present.ts';

test.each([
  [['/proc/driver/nvidia/version'], true],
  [['/dev/nvidia0'], true],
  [['/dev/dxg', '/usr/lib/wsl/lib/nvidia-smi'], true],
  [['/dev/dxg'], false], // an integrated GPU under Windows
  [['/usr/bin/nvidia-smi'], false], // the tool alone, as in container images
  [[], false],
])('with %j: %s', (files, present) => {
  expect(gpuPresent((path) => files.includes(path))).toBe(present);
});
