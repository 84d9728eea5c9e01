import type { FileHandle } from 'node:fs/promises';
import { mkdir, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { EventMessage } from './event-message.ts';
import { encodeEvent, SESSION_START } from './event-message.ts';
import { tfRecord } from './tf-record.ts';
import type { LogValues, TrainingLog } from './training-log.ts';

export interface TensorBoardLogOptions {
  /** Milliseconds since 1970; `Date.now` unless told. */
  readonly now?: () => number;
}

let serial = 0;

/**
 * Scalars for TensorBoard, `train/…` and `validation/…`, in a new event file of `directory` each time training starts.
 * A session that goes on from a checkpoint says so, and TensorBoard drops what was logged beyond its step.
 */
export function createTensorBoardLog(directory: string, options: TensorBoardLogOptions = {}): TrainingLog {
  const now = options.now ?? Date.now;
  let file: FileHandle | undefined;

  const write = async (event: Omit<EventMessage, 'wallTime'>): Promise<void> => {
    await file?.write(tfRecord(encodeEvent({ wallTime: now() / 1000, ...event })));
  };
  const scalars = (group: string, step: number, values: LogValues): Promise<void> => {
    const value = Object.entries(values).map(([name, simpleValue]) => ({
      tag: `${group}/${name}`,
      simpleValue,
    }));
    return write({ step, summary: { value } });
  };
  const close = async (): Promise<void> => {
    await file?.close();
    file = undefined;
  };

  return {
    start: async ({ step }) => {
      await close();
      await mkdir(directory, { recursive: true });
      file = await open(join(directory, eventFileName(now())), 'ax');
      await write({ fileVersion: 'brain.Event:2' });
      await write({ step: step + 1, sessionLog: { status: SESSION_START } });
    },
    train: (step, values) => scalars('train', step, values),
    evaluation: (step, values) => scalars('validation', step, values),
    flush: async () => {
      await file?.datasync();
    },
    close,
  };
}

/** TensorBoard reads the files of a folder in the order of their names, and wants `tfevents` in them. */
function eventFileName(milliseconds: number): string {
  const seconds = String(Math.floor(milliseconds / 1000)).padStart(10, '0');
  return `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${serial++}`;
}
