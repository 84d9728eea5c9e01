import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ClusterOptions } from './cluster.ts';
import type { SCENARIOS } from './collectives-scenarios.test.fixture.ts';

const PROGRAM = fileURLToPath(new URL('cluster-process.test.fixture.ts', import.meta.url));

export interface Failed {
  readonly code: string;
  readonly message: string;
}

/** One process of a cluster, as the test sees it. */
export interface TestTask {
  readonly process: ChildProcess;
  /** When it has sent `fact`. */
  told(fact: string): Promise<void>;
  /** All that it sent, once it has ended by itself with status 0. */
  ended(): Promise<{ readonly result?: unknown; readonly failed?: Failed; readonly afterwards?: number[] }>;
}

/** Ports that nothing listens on. */
export async function freePeers(count: number): Promise<string[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports.map((port) => `127.0.0.1:${port}`);
}

/** Starts one process that ends with the test at the latest; `prefix`: a program to start it through. */
export function startTask(
  scenario: keyof typeof SCENARIOS,
  options: ClusterOptions,
  prefix: readonly string[] = [],
): TestTask {
  const [program = '', ...args]: readonly string[] = [...prefix, process.execPath];
  const child = fork(PROGRAM, [scenario, JSON.stringify(options)], {
    execPath: program,
    execArgv: [...args, '--conditions=@borealis/source', '--experimental-strip-types', '--no-warnings'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const facts: unknown[] = [];
  let noise = '';
  child.on('message', (fact) => facts.push(fact));
  child.stderr?.on('data', (text: Buffer) => (noise += text.toString()));
  return {
    process: child,
    async told(fact) {
      while (!facts.includes(fact)) {
        if (child.exitCode !== null) throw new Error(`the process ended without ${fact}:\n${noise}`);
        await Promise.race([once(child, 'message'), once(child, 'exit')]);
      }
    },
    async ended() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      if (child.exitCode !== 0)
        throw new Error(`status ${child.exitCode ?? child.signalCode ?? '?'}:\n${noise}`);
      const records = facts.filter((fact): fact is object => typeof fact === 'object' && fact !== null);
      const { code, message, ...rest } = Object.assign({}, ...records) as Partial<Failed>;
      return { ...rest, ...(code === undefined ? {} : { failed: { code, message: message ?? '' } }) };
    },
  };
}

/** A whole cluster on this machine. */
export async function startTasks(
  count: number,
  scenario: keyof typeof SCENARIOS,
  seconds: Pick<ClusterOptions, 'timeoutSeconds' | 'heartbeatSeconds'> = {},
): Promise<TestTask[]> {
  const peers = await freePeers(count);
  return peers.map((_, task) =>
    startTask(scenario, { task, peers, joinSeconds: 30, timeoutSeconds: 30, ...seconds }),
  );
}
