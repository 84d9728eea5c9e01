import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { TrainingJob } from './training-process.test.fixture.ts';

const PROGRAM = fileURLToPath(new URL('training-process.test.fixture.ts', import.meta.url));

export interface Trained {
  readonly whole?: unknown;
  readonly parts?: unknown;
  readonly failed?: { readonly code: string; readonly message: string };
}

export interface TrainingTask {
  readonly kill: () => void;
  /** When it has taken some steps. */
  trains(): Promise<void>;
  /** All that it sent, once it has ended by itself with status 0. */
  ended(): Promise<Trained>;
}

/** Processes that train together, and end with the test at the latest. */
export async function startTraining(jobs: readonly Omit<TrainingJob, 'cluster'>[]): Promise<TrainingTask[]> {
  const peers = await freePeers(jobs.length);
  const seconds = { timeoutSeconds: 30, joinSeconds: 30, heartbeatSeconds: 5 };
  return jobs.map((job, task) => startTask({ ...job, cluster: { task, peers, ...seconds } }));
}

function startTask(job: TrainingJob): TrainingTask {
  const child = fork(PROGRAM, [JSON.stringify(job)], {
    execArgv: ['--conditions=@borealis/source', '--experimental-strip-types', '--no-warnings'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const facts: unknown[] = [];
  let noise = '';
  child.on('message', (fact) => facts.push(fact));
  child.stderr?.on('data', (text: Buffer) => (noise += text.toString()));
  const exited = once(child, 'exit');
  return {
    kill: () => child.kill('SIGKILL'),
    async trains() {
      while (!facts.includes('training')) {
        if (child.exitCode !== null) throw new Error(`the process ended before it trained:\n${noise}`);
        await Promise.race([once(child, 'message'), exited]);
      }
    },
    async ended() {
      await exited;
      if (child.exitCode !== 0) throw new Error(`status ${child.exitCode ?? 'none'}:\n${noise}`);
      return Object.assign({}, ...facts.filter((fact) => typeof fact === 'object')) as Trained;
    },
  };
}

/** Addresses that nothing listens at. */
async function freePeers(count: number): Promise<string[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports.map((port) => `127.0.0.1:${port}`);
}
