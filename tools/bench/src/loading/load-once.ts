// One loading in a process of its own, as a program that starts does it: prints the milliseconds of the first, and of a
// second into the memory that the first one left.
import { loadTensors, startBackend, tf } from '@borealis/tensor';

const [path, threads] = process.argv.slice(2);
if (path === undefined) throw new Error('expected the path of a file');
await startBackend({ backend: 'tensorflow' });
const times: number[] = [];
for (let i = 0; i < 2; i++) {
  const start = performance.now();
  const { tensors } = await loadTensors(path, threads === undefined ? {} : { threads: Number(threads) });
  times.push(performance.now() - start);
  tf.dispose([...tensors.values()]);
}
process.stdout.write(`${JSON.stringify(times)}\n`);
