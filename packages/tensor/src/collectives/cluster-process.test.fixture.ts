// One process of a test's cluster: joins, does what its scenario says, and sends what came of it.
import { joinCluster, startBackend, TensorError, tf } from '../index.ts';
import type { ClusterOptions } from '../index.ts';
import { SCENARIOS } from './collectives-scenarios.test.fixture.ts';

const [scenario, json] = process.argv.slice(2) as [keyof typeof SCENARIOS, string];
const orphaned = () => process.exit(1); // the test is gone
process.on('disconnect', orphaned);
const tell = (fact: unknown) => process.send?.(fact);

await startBackend({ backend: 'tensorflow' });
try {
  const cluster = await joinCluster(JSON.parse(json) as ClusterOptions);
  tell('joined');
  tell({ result: SCENARIOS[scenario](cluster, tell) });
} catch (error) {
  if (!(error instanceof TensorError)) throw error;
  tell({ code: error.code, message: error.message, seconds: performance.now() / 1000 });
  tell({ afterwards: [...tf.add(tf.tensor([1, 2]), 1).dataSync()] }); // alone, it still computes
}
process.off('disconnect', orphaned);
process.disconnect();
