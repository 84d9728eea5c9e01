import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

// The training process is started by Node, not by vitest: before 22.18 Node reads TypeScript only where it is told to.
export default mergeConfig(shared, { test: { execArgv: ['--experimental-strip-types'] } });
