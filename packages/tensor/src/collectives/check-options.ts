import { TensorError } from '../errors.ts';
import type { ClusterOptions, ClusterPlan } from './cluster.ts';

/** `host:port`; IPv6 addresses in brackets. */
const ADDRESS = /^(?:\[[\da-fA-F:.]+\]|[^\s:[\]/]+):(\d{1,5})$/;

/** @throws TensorError `INVALID_ARGUMENT` saying which option is wrong */
export function checkOptions(options: ClusterOptions): ClusterPlan {
  const { task, peers, timeoutSeconds = 300, joinSeconds = 300, heartbeatSeconds = 10 } = options;
  if (peers.length === 0) throw wrong('peers is empty; it holds one host:port for each process');
  for (const [i, peer] of peers.entries()) {
    const port = Number(ADDRESS.exec(peer)?.[1] ?? NaN);
    if (!(port >= 1 && port <= 65_535))
      throw wrong(`peer ${i} is ${JSON.stringify(peer)}; expected host:port`);
    const first = peers.indexOf(peer);
    if (first !== i)
      throw wrong(`peers ${first} and ${i} are both ${peer}: each process needs an address of its own`);
  }
  if (!Number.isInteger(task) || task < 0 || task >= peers.length) {
    throw wrong(
      `task is ${task}; with ${peers.length} peers it is a whole number from 0 to ${peers.length - 1}`,
    );
  }
  for (const [name, seconds] of Object.entries({ timeoutSeconds, joinSeconds, heartbeatSeconds })) {
    if (!(seconds > 0 && seconds <= 1e6)) throw wrong(`${name} is ${seconds}; expected seconds above 0`);
  }
  return { task, peers: [...peers], size: peers.length, timeoutSeconds, joinSeconds, heartbeatSeconds };
}

function wrong(problem: string): TensorError {
  return new TensorError('INVALID_ARGUMENT', `the cluster can't be joined: ${problem}`);
}

/** The host and the port of an address that was checked. */
export function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}
