import { defineConfig } from 'vitest/config';
import shared from '../vitest.shared.ts';

export default defineConfig({
  ...shared,
  test: { ...shared.test, include: ['*.test.ts', '*.test.js'], testTimeout: 180_000 },
});
