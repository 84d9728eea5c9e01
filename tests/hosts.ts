import { spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** Two hosts of this machine's own: network namespaces with nothing but a cable between them. */
export interface Hosts {
  /** By host. */
  readonly addresses: readonly [string, string];
  /** What to start a program with so that it runs on that host. */
  prefix(host: 0 | 1): string[];
  /** From now on nothing gets from one to the other, and nobody is told. */
  cutCable(): void;
}

/** Why there can be no such hosts here; undefined: there can. */
export function hostsImpossible(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  if (process.getuid?.() !== 0) return 'making network namespaces takes root';
  const name = `borealis-try-${process.pid}`;
  const { status, stderr, error } = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (error !== undefined) return 'the program `ip` (iproute2) is not there';
  if (status !== 0) return `network namespaces can't be made here: ${stderr.trim()}`;
  const cable = spawnSync(
    'ip',
    ['-n', name, 'link', 'add', 'cable0', 'type', 'veth', 'peer', 'name', 'cable1'],
    {
      encoding: 'utf8',
    },
  );
  ip(['netns', 'delete', name]);
  return cable.status === 0 ? undefined : `cables between them can't be made here: ${cable.stderr.trim()}`;
}

/** They go with the test. */
export function makeHosts(): Hosts {
  const names = [0, 1].map((host) => `borealis-${process.pid}-${Date.now() % 1e6}-${host}`) as [
    string,
    string,
  ];
  onTestFinished(() => {
    for (const name of names) spawnSync('ip', ['netns', 'delete', name]);
  });
  const addresses = ['10.213.7.1', '10.213.7.2'] as const;
  for (const name of names) ip(['netns', 'add', name]);
  ip(['-n', names[0], 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', names[1]]);
  for (const [host, name] of names.entries()) {
    ip(['-n', name, 'address', 'add', `${addresses[host] ?? ''}/24`, 'dev', 'cable']);
    for (const device of ['lo', 'cable']) ip(['-n', name, 'link', 'set', device, 'up']);
  }
  return {
    addresses,
    prefix: (host) => ['ip', 'netns', 'exec', names[host]],
    cutCable: () => {
      ip(['-n', names[0], 'link', 'set', 'cable', 'down']);
    },
  };
}

function ip(args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`);
}
