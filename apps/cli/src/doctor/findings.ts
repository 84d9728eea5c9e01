import type { EngineExamination } from './engine.ts';
import type { Program } from './programs.ts';

/** Something missing or wrong, and what to do. */
export interface Finding {
  /** `needed`: training doesn't work without. `advice`: something is slower, or can't be done. */
  readonly severity: 'needed' | 'advice';
  readonly message: string;
}

interface Examined {
  readonly node: string;
  readonly engine: EngineExamination;
  readonly programs: Readonly<Record<Program, string | null>>;
  /** What set-up lacks and how to install it, if anything. */
  readonly prerequisites: string | undefined;
}

export function findingsOf({ node, engine, programs, prerequisites }: Examined): Finding[] {
  const { installed, backend, intact, gpu, verification, notices } = engine;
  const findings: Finding[] = [];
  const needed = (message: string) => findings.push({ severity: 'needed', message });
  const advice = (message: string) => findings.push({ severity: 'advice', message });

  if (!isSupported(node)) needed(`Node ${node} is not supported: take 22 (from 22.12 on) or 24.`);
  if (installed === undefined) {
    needed('The native engine is not installed: run `npm run borealis -- setup`.');
    if (prerequisites !== undefined) needed(`Set-up needs more than is here. ${prerequisites}`);
  } else if (!intact) needed(verification);
  if (installed !== undefined && backend?.backend !== 'tensorflow')
    needed(`The native engine is installed but doesn't start: ${notices.join(' ')}`);
  else if (installed?.hasExtension === false)
    advice(
      'Functions run op by op: tfjs-node’s own addon lacks our extension. `npm run borealis -- setup` adds the engine that has it.',
    );
  if (installed?.flavour === 'cuda' && backend?.device === 'cpu')
    advice(
      'GPU build, no device: TensorFlow sees no NVIDIA GPU and computes on the CPU. Does `nvidia-smi` list one?',
    );
  if (installed?.flavour === 'cpu' && gpu)
    advice('An NVIDIA GPU is here, but the CPU build is in use: `npm run borealis -- setup --flavour cuda`.');
  if (programs.java === null || programs.maven === null)
    advice('Java 17 and Maven are not both here: what needs a local Kafka can’t run.');
  return findings;
}

function isSupported(node: string): boolean {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  return (major === 22 && minor >= 12) || major === 24;
}
