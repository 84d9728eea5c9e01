import type { ProvisionProgress } from '@borealis/tensor';
import type { Output } from './output.ts';

/** A download is told again after so much of it, where lines can't be overwritten. */
const TOLD_EVERY = 0.2;

/** Tells set-up's progress: on a terminal a download counts up in place, elsewhere it is a few lines. */
export function setupProgress(output: Output): {
  readonly onProgress: (progress: ProvisionProgress) => void;
  /** Ends a line that is still counting. */
  readonly end: () => void;
} {
  const terminal = output.isTTY === true;
  let counting = false;
  let toldShare = -1;
  let last = '';
  const end = () => {
    if (counting) output.write('\n');
    counting = false;
  };
  const onProgress = ({ message, bytes, totalBytes }: ProvisionProgress) => {
    if (bytes === undefined || totalBytes === undefined) {
      if (message === last) return;
      end();
      output.write(`${message}\n`);
      last = message;
      return;
    }
    const share = totalBytes === 0 ? 1 : bytes / totalBytes;
    if (!terminal && share - toldShare < TOLD_EVERY) return;
    toldShare = share;
    const line = `${message}: ${megabytes(bytes)} of ${megabytes(totalBytes)} MB`;
    output.write(terminal ? `\r\u001b[K${line}` : `${line}\n`);
    counting = terminal;
  };
  return { onProgress, end };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
