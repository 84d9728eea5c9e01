// For another process: writes what our own operations give with the kernels that BOREALIS_KERNELS asks for.
import { startBackend } from '../index.ts';
import { fusedValues } from './fused-values.test.fixture.ts';

await startBackend({ backend: 'tensorflow' });
console.log(JSON.stringify(fusedValues()));
