// A side without a library: its output y is `factor` · x, and it says that each iteration took `milliseconds`.
import { createInterface } from 'node:readline';
import { asFloat32, readSafetensors, tensorOf, writeSafetensors } from '@borealis/safetensors';
import type { FakeBehaviour } from './fake-way.test.fixture.ts';
import type { Request } from './protocol.ts';

const behaviour = JSON.parse(process.argv[2] ?? '{}') as FakeBehaviour;

async function answer(request: Request): Promise<string> {
  switch (request.call) {
    case 'open': {
      if (behaviour.open === 'crash') {
        console.error('libfake.so: cannot open shared object file');
        process.exit(3);
      }
      if (behaviour.open === 'error') return JSON.stringify({ error: 'FakeError: no compiler' });
      if (behaviour.open === 'garbage') return 'Loading…';
      const { tensors } = await readSafetensors(request.inputs);
      const x = tensors.get('x');
      if (x === undefined) throw new Error('no x');
      const y = asFloat32(x).map((value) => value * (behaviour.factor ?? 1));
      await writeSafetensors(request.outputs, [['y', tensorOf(y, x.shape)]]);
      const result = { library: `Fake ${JSON.stringify(request.variant)}`, device: 'cpu', firstCallMs: 12 };
      return JSON.stringify({ result: { ...result, residentBytes: 1e6 } });
    }
    case 'time':
      return JSON.stringify({
        result: { milliseconds: (behaviour.milliseconds ?? 10) * request.iterations },
      });
    case 'resetPeak':
      return JSON.stringify({ result: { reset: true } });
    case 'profile':
      return JSON.stringify({ error: 'FakeError: no profiler' });
    case 'peak':
      return JSON.stringify({ result: { peakBytes: 5e6 } });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await answer(JSON.parse(line) as Request)}\n`);
}
