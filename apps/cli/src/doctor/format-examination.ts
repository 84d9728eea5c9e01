import type { EngineExamination } from './engine.ts';
import type { Examination } from './examination.ts';

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

export function formatExamination(examination: Examination): string {
  const { node, platform, cpu, memory, engine, programs, cache, findings } = examination;
  const rows: [string, string][] = [
    ['Node', `${node} on ${platform}`],
    ['CPU', `${cpu.model}, ${cpu.threads} threads`],
    ['CPU flags', cpu.flags?.join(' ') ?? 'unknown'],
    ['memory', gigabytes(memory)],
    ...engineRows(engine),
    ...Object.entries(programs).map(([name, version]): [string, string] => [name, version ?? 'none']),
    ['cache', `${cache.folder}, ${gigabytes(cache.bytes)}`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  const told = findings.map(
    ({ severity, message }) => `${severity === 'needed' ? 'MISSING' : 'note'}: ${message}`,
  );
  return [...lines, '', ...(told.length === 0 ? ['Nothing is missing.'] : told)].join('\n');
}

function engineRows({ installed, backend, verification, gpu }: EngineExamination): [string, string][] {
  const how = backend?.compiles === true ? 'compiled functions' : 'op by op';
  const noDevice = installed?.flavour === 'cuda' && backend?.device === 'cpu';
  return [
    ['backend', backend === undefined ? 'none starts' : `${backend.backend}, ${how}`],
    ['TensorFlow', backend?.tensorflowVersion ?? 'none'],
    ['extension', installed?.hasExtension === true ? installed.addonPath : 'none'],
    [
      'engine',
      installed === undefined
        ? 'none'
        : `${installed.flavour} build from ${installed.source}, ${verification.split('\n')[0] ?? ''}`,
    ],
    ['kernels', backend?.kernels ?? 'TensorFlow’s own'],
    ['device', noDevice ? 'cpu (GPU build, no device)' : (backend?.device ?? 'none')],
    ['NVIDIA GPU', gpu ? 'present' : 'none'],
  ];
}
