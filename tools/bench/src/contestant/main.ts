// Our side of a benchmark, in a process of its own: requests in JSON, one a line on standard input, answered with a
// JSON line each. What each means stands in ../contest/contestant.ts.
import { createInterface } from 'node:readline';
import type { Request } from '../contest/protocol.ts';
import { createOurSide } from './our-side.ts';

console.log = console.error; // standard output is the protocol's

const side = createOurSide();
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await side
    .answer(JSON.parse(line) as Request)
    .then((result) => ({ result }))
    .catch((error: unknown) => {
      console.error(error);
      return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
    });
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
