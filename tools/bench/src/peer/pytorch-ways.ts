import { fileURLToPath } from 'node:url';
import type { Way } from '../contest/contestant.ts';
import type { PeerVariant, Precision } from '../suites/suite.ts';
import type { PyTorch } from './install-pytorch.ts';

const MAIN = fileURLToPath(new URL('../../peer/pytorch/main.py', import.meta.url));

/** All ways in which PyTorch may be fastest; each is timed, the fastest counts. */
const VARIANTS: Readonly<Record<Precision, readonly PeerVariant[]>> = {
  f32: [
    { name: 'eager', variant: {} },
    { name: 'torch.compile', variant: { compile: true } },
  ],
  bf16: [
    { name: 'eager, autocast', variant: { bf16: 'autocast' } },
    { name: 'torch.compile, autocast', variant: { bf16: 'autocast', compile: true } },
    { name: 'eager, bf16 weights', variant: { bf16: 'weights' } },
    { name: 'torch.compile, bf16 weights', variant: { bf16: 'weights', compile: true } },
  ],
};

export interface PyTorchWaysOptions {
  readonly pytorch: PyTorch;
  readonly precision: Precision;
  readonly threads: number;
  /** The row's own; each doubles the ways. */
  readonly variants: readonly PeerVariant[];
  /** Where torch.compile keeps what it compiled; a fresh folder, so that compile times are of compiling. */
  readonly compilerCache: string;
}

export function pytorchWays({
  pytorch,
  precision,
  threads,
  variants,
  compilerCache,
}: PyTorchWaysOptions): Way[] {
  const launch = {
    command: pytorch.python,
    args: ['-B', MAIN],
    environment: {
      ...process.env,
      ...(pytorch.packages === undefined ? {} : { PYTHONPATH: pytorch.packages }),
      OMP_NUM_THREADS: `${threads}`,
      TORCHINDUCTOR_CACHE_DIR: compilerCache,
    },
  };
  return VARIANTS[precision].flatMap((way) => [
    { ...way, side: 'PyTorch', launch },
    ...variants
      .filter((variant) => isAmong(way, variant))
      .map(({ name, variant }) => ({
        name: `${way.name}, ${name}`,
        variant: { ...way.variant, ...variant },
        side: 'PyTorch',
        launch,
      })),
  ]);
}

function isAmong(way: Pick<Way, 'variant'>, { among = {} }: PeerVariant): boolean {
  return Object.entries(among).every(([key, value]) => way.variant[key] === value);
}
