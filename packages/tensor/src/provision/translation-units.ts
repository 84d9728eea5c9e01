/** For every source. N-API 8 keeps one binary good for every Node from 16 on. */
export const COMPILER_FLAGS = ['-std=c++17', '-fPIC', '-DNAPI_VERSION=8'] as const;

export const LINKER_FLAGS = ['-shared'] as const;

/** A source under `native/`, compiled by itself. */
export interface TranslationUnit {
  readonly source: string;
  /** Of the object file. */
  readonly name: string;
  readonly flags: readonly string[];
}

/** tfjs-node's own binding and our calls. */
const binding: TranslationUnit = { source: 'borealis.cc', name: 'borealis', flags: ['-O2'] };

/** Operations are compiled with the flags that TensorFlow gives to authors of operations. */
const operations: TranslationUnit = {
  source: 'operations/operations.cc',
  name: 'operations',
  flags: ['-O2', '-DNDEBUG', '-DEIGEN_MAX_ALIGN_BYTES=64', '-w'],
};

const kernelFlags = ['-O3', '-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math', '-w'];

function kernels(name: string, flags: readonly string[]): TranslationUnit {
  return {
    source: 'kernels/instruction_set.cc',
    name,
    flags: [...kernelFlags, ...flags, `-DBOREALIS_ISA=${name}`],
  };
}

const bestKernels: TranslationUnit = {
  source: 'kernels/best_kernels.cc',
  name: 'best_kernels',
  flags: ['-O2'],
};

/** What the addon is linked of; the kernels once for each instruction set that `best_kernels.cc` chooses from. */
export function addonUnits(platform: string): readonly TranslationUnit[] {
  const avx512 = ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma'];
  const pairs = [...avx512, '-mavx512bf16'];
  const wide = [
    kernels('amx', [...pairs, '-mamx-tile', '-mamx-bf16']),
    kernels('avx512bf16', pairs),
    kernels('avx512', avx512),
    kernels('avx2', ['-mavx2', '-mfma']),
  ];
  const forX64 = platform.endsWith('-x64') ? wide : [];
  // The slowest first, so that the others fit beside it.
  return [operations, binding, ...forX64, kernels('baseline', []), bestKernels];
}

/** The small library that Node loads. */
export const frontUnit: TranslationUnit = { source: 'front.cc', name: 'front', flags: ['-O2'] };
