import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';

export interface Cpu {
  readonly model: string;
  /** How many threads this process may use. */
  readonly threads: number;
  /** Instruction sets that TensorFlow's kernels choose by; undefined where the system doesn't tell. */
  readonly flags: readonly string[] | undefined;
}

const WORTH_KNOWING = /^(avx.*|fma|f16c|sse4_[12]|amx_.*|asimd.*|bf16|i8mm|sve.*)$/;

export async function examineCpu(): Promise<Cpu> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(info)?.[1]?.trim().split(/\s+/);
  return {
    model: cpus()[0]?.model.trim() ?? 'unknown',
    threads: availableParallelism(),
    flags: flags?.filter((flag) => WORTH_KNOWING.test(flag)),
  };
}
