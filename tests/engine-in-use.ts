// Says what computes on this machine, and fails unless it is the native engine with our extension.
import { readFileSync } from 'node:fs';
import { startBackend } from '@borealis/tensor';

const WORTH_KNOWING = /^(avx.*|fma|f16c|sse4_[12]|amx_.*|asimd.*|bf16|i8mm|sve.*)$/;

const info = await startBackend();
console.log(
  `backend     ${info.backend}${info.compiles ? ', compiled functions' : ''}, on the ${info.device}`,
);
console.log(
  `TensorFlow  ${info.tensorflowVersion ?? 'none'} (${info.engine?.source ?? '-'}, ${info.engine?.flavour ?? '-'})`,
);
console.log(`addon       ${info.engine?.addonPath ?? 'none'}`);
console.log(`CPU flags   ${cpuFlags()}`);
console.log(`Node        ${process.version} on ${process.platform} ${process.arch}`);
if (info.backend !== 'tensorflow' || info.engine?.hasExtension !== true || !info.compiles) {
  console.error('The native engine with its extension is not in use; `npm run borealis -- doctor` says why.');
  process.exitCode = 1;
}

function cpuFlags(): string {
  let text: string;
  try {
    text = readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return 'unknown';
  }
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1] ?? '';
  return flags
    .split(' ')
    .filter((flag) => WORTH_KNOWING.test(flag))
    .join(' ');
}
