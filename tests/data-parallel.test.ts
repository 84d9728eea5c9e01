import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE, STATE_COUNT, writeTokenizedDataset } from '@borealis/dataset';
import { asFloat32, readSafetensors } from '@borealis/safetensors';
import { train } from '@borealis/trainer';
import { expect, onTestFinished, test } from 'vitest';
import type { Hosts } from './hosts.ts';
import { hostsImpossible, makeHosts } from './hosts.ts';
import { ROOT } from './workspace.ts';

const impossible = hostsImpossible();
if (impossible !== undefined)
  console.warn(`Not tested, data-parallel training between hosts: ${impossible}.`);

const SIDE = 2;
const MODEL = { dim: 8, layers: 1, heads: 2, vocabulary: { kind: 'codes', size: 16 } } as const;

/** Weights after 6 steps may differ by so much of a tensor's largest: sums are taken in another order. */
const TOLERANCE = 1e-4;

/** Three segments of 2×2 grids, in a folder that goes with the test. */
async function tinyData(): Promise<{ readonly folder: string; readonly data: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-hosts-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const segments = Array.from({ length: 3 }, (_, segment) => {
    const count = 4 * GRIDS_PER_TRIPLE;
    const codes = Int32Array.from({ length: count * SIDE * SIDE }, (_, i) => (segment + 7 * i) % 16);
    const states = Float32Array.from({ length: 4 * FRAMES_PER_TRIPLE * STATE_COUNT }, (_, i) =>
      Math.sin(segment + i / 7),
    );
    return { tokens: { data: codes, count, height: SIDE, width: SIDE }, states };
  });
  await writeTokenizedDataset(segments, { dir: data, layout: 'flat', framesPerShard: 1000 });
  return { folder, data };
}

interface Started {
  readonly process: ChildProcess;
  ended(): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>;
}

const NODE = [
  process.execPath,
  '--conditions=@borealis/source',
  '--experimental-strip-types',
  '--no-warnings',
];

/** Ends with the test at the latest. */
function start([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (output.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output.stderr += text.toString()));
  const closed = once(child, 'close');
  return {
    process: child,
    async ended() {
      await closed;
      return { status: child.exitCode, ...output };
    },
  };
}

/** `borealis train` on both hosts, as two people would type it. */
function trainOn(hosts: Hosts, args: readonly string[]): Started[] {
  const peers = hosts.addresses.map((address) => `${address}:2222`).join();
  const borealis = [...NODE, join(ROOT, 'apps', 'cli', 'src', 'main.ts'), '--json'];
  return ([0, 1] as const).map((host) => {
    const cluster = ['--peers', peers, '--task', `${host}`, '--peer-timeout', '60'];
    return start([...hosts.prefix(host), ...borealis, 'train', ...args, ...cluster]);
  });
}

/** Addresses that nothing listens at. */
async function freePeers(count: number): Promise<string[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports.map((port) => `127.0.0.1:${port}`);
}

async function weights(run: string): Promise<Map<string, Float32Array>> {
  const path = join(run, 'checkpoints', 'step-00000006', 'params.safetensors');
  const { tensors } = await readSafetensors(path);
  return new Map([...tensors].map(([name, tensor]) => [name, asFloat32(tensor)]));
}

test.skipIf(impossible !== undefined)(
  'two hosts train the model of one with the whole batch',
  async ({ annotate }) => {
    const { folder, data } = await tinyData();
    const settings = { steps: 6, evaluateEvery: 100, checkpointEvery: 100 };
    const alone = join(folder, 'alone');
    const training = { ...settings, batchSize: 4 };
    await train({ model: 'st-transformer', data, run: alone, modelConfig: MODEL, training, seed: 3 });

    const run = join(folder, 'together');
    const tasks = trainOn(makeHosts(), [
      ...['st-transformer', '--data', data, '--run', run, '--seed', '3'],
      ...[
        '--model-config',
        JSON.stringify(MODEL),
        '--training',
        JSON.stringify({ ...settings, batchSize: 2 }),
      ],
    ]);
    const results = await Promise.all(tasks.map((task) => task.ended()));
    for (const [task, { status, stdout, stderr }] of results.entries()) {
      expect(status, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ finished: true, step: 6, cluster: { task, size: 2 } });
    }
    const [expected, found] = [await weights(alone), await weights(run)];
    expect([...found.keys()]).toEqual([...expected.keys()]);
    expect(found.size).toBeGreaterThan(10);
    const differences: (readonly [name: string, difference: number])[] = [];
    for (const [name, values] of expected) {
      const off = Math.max(...values.map((value, i) => Math.abs(value - (found.get(name)?.[i] ?? NaN))));
      const largest = Math.max(...values.map(Math.abs));
      expect(off, name).toBeLessThanOrEqual(TOLERANCE * largest);
      if (largest > 0) differences.push([name, off / largest]);
    }
    const [[name, worst] = ['none', 0]] = differences.sort(([, a], [, b]) => b - a);
    await annotate(`largest difference: ${worst.toExponential(1)} of the largest of ${name}`);
  },
);

test.skipIf(impossible !== undefined)(
  'where the cable is cut, both hosts end with an error, the leader after saving',
  async () => {
    const { folder, data } = await tinyData();
    const run = join(folder, 'cut');
    const hosts = makeHosts();
    const settings = { steps: 1_000_000, evaluateEvery: 1_000_000, checkpointEvery: 1_000_000, batchSize: 1 };
    const tasks = trainOn(hosts, [
      ...['st-transformer', '--data', data, '--run', run],
      ...['--model-config', JSON.stringify(MODEL), '--training', JSON.stringify(settings)],
    ]);
    const metrics = () => readFile(join(run, 'metrics.jsonl'), 'utf8').catch(() => '');
    while ((await metrics()).split('\n').length < 4) {
      expect(tasks.map(({ process }) => process.exitCode)).toEqual([null, null]);
      await setTimeout(100);
    }
    hosts.cutCable();
    const cut = performance.now();
    const results = await Promise.all(tasks.map((task) => task.ended()));
    const seconds = (performance.now() - cut) / 1000;
    for (const [task, { status, stderr }] of results.entries()) {
      const { error } = JSON.parse(stderr) as { error: unknown };
      expect(error).toMatchObject({
        code: 'PEER_LOST',
        message: expect.stringMatching(new RegExp(`^task ${1 - task} \\(10\\.213`)),
      });
      expect(status).toBe(1);
    }
    expect(seconds).toBeLessThan(10 + 15); // heartbeats, and what a busy machine takes to end
    expect(await readdir(join(run, 'checkpoints'))).toHaveLength(1);
  },
);

test('the program of docs/data-parallel.md runs, alone and as two', async () => {
  const docs = await readFile(join(ROOT, 'docs', 'data-parallel.md'), 'utf8');
  const program = /^```ts\n(.*?)^```$/ms.exec(docs)?.[1] ?? '';
  const results = join(ROOT, 'tests', 'test-results'); // from here, @borealis/… is found
  await mkdir(results, { recursive: true });
  const folder = await mkdtemp(join(results, 'docs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'example.ts');
  await writeFile(path, program);
  const peers = await freePeers(2);
  const [alone, ...together] = await Promise.all(
    [{}, ...peers.map((_, task) => ({ TASK: `${task}`, PEERS: peers.join() }))].map((env) =>
      start([...NODE, path], env).ended(),
    ),
  );
  for (const { status, stdout, stderr } of [alone, ...together].filter((end) => end !== undefined)) {
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/step 100 loss 0\.00\d\d\nweights 1\.00 2\.00 3\.00\n$/);
  }
  expect(together[1]?.stdout).toBe(together[0]?.stdout);
  expect(together[0]?.stdout).not.toBe(alone?.stdout);
});
