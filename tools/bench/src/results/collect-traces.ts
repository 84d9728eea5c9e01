import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trace } from '@borealis/tensor';
import { mergeTraces } from '@borealis/tensor';

/** Traces of several rows on their way into one file. */
export interface TraceCollection {
  /** Where the trace of a row is to be written. */
  fileFor(title: string): string;
  /** Writes those that are there into one. */
  write(): Promise<void>;
  close(): Promise<void>;
}

/** @param path the file; that it can be written is seen at once, not after the last row */
export async function collectTraces(path: string): Promise<TraceCollection> {
  await writeFile(path, '{"traceEvents":[]}\n');
  const folder = await mkdtemp(join(tmpdir(), 'borealis-bench-traces-'));
  const files = new Map<string, string>();
  return {
    fileFor: (title) => {
      const file = join(folder, `${files.size}.json`);
      files.set(title, file);
      return file;
    },
    write: async () => {
      const read = async ([title, file]: [string, string]) => {
        const text = await readFile(file, 'utf8').catch(() => undefined); // a row that was refused has none
        return text === undefined ? [] : [{ title, trace: JSON.parse(text) as Trace }];
      };
      const traces = (await Promise.all([...files].map(read))).flat();
      await writeFile(path, JSON.stringify(mergeTraces(traces)));
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
