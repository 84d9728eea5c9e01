import type { Output } from './output.ts';

/** What a stage reports to: a line that is rewritten on a terminal, else a line now and then. */
export type Tell = (message: string) => void;

/** Lines that begin alike are told again after so long where lines can't be overwritten. */
const TOLD_EVERY_MS = 10_000;

/** Progress of stages: one line that is rewritten on a terminal; elsewhere each stage's lines at intervals. */
export function stageProgress(output: Output): { readonly tell: Tell; readonly end: () => void } {
  const terminal = output.isTTY === true;
  let open = false;
  let lastStage = '';
  let lastTime = -Infinity;

  function end(): void {
    if (open) output.write('\n');
    open = false;
  }

  function tell(message: string): void {
    const [stage = ''] = message.split(':');
    const final = message.startsWith(`${stage}: done`);
    if (terminal) {
      output.write(`\r\u001b[K${message.slice(0, (output.columns ?? 80) - 1)}`);
      open = true;
      if (final) end();
      return;
    }
    const now = performance.now();
    if (!final && stage === lastStage && now - lastTime < TOLD_EVERY_MS) return;
    lastStage = stage;
    lastTime = now;
    output.write(`${message}\n`);
  }

  return { tell, end };
}
