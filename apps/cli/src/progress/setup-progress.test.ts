import { expect, test } from 'vitest';
import { setupProgress } from './setup-progress.ts';

function told(isTTY: boolean): string {
  let text = '';
  const { onProgress, end } = setupProgress({ isTTY, write: (part: string) => (text += part) });
  onProgress({ step: 'wait', message: 'waiting' });
  onProgress({ step: 'wait', message: 'waiting' });
  for (let mega = 0; mega <= 100; mega++)
    onProgress({ step: 'download', message: 'downloading', bytes: mega * 1e6, totalBytes: 100e6 });
  onProgress({ step: 'done', message: 'there' });
  end();
  return text;
}

test('without a terminal a download is a few lines', () => {
  const lines = told(false).split('\n');
  expect(lines[0]).toBe('waiting');
  expect(lines.filter((line) => line.startsWith('downloading')).length).toBeLessThanOrEqual(7);
  expect(lines.at(-2)).toBe('there');
  expect(told(false)).not.toContain('\r');
});

test('on a terminal it counts up in one line, which ends before the next', () => {
  const text = told(true);
  expect(text.split('\n')).toHaveLength(4);
  expect(text).toContain('\r\u001b[Kdownloading: 100 of 100 MB\nthere\n');
});
