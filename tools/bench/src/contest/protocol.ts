import { z } from 'zod';
import type { Precision } from '../suites/suite.ts';

/** Loads the inputs, runs the row `comparedRuns` times, and writes its outputs as float32. */
export interface OpenRequest {
  readonly call: 'open';
  readonly suite: string;
  readonly row: string;
  readonly precision: Precision;
  /** What distinguishes the ways in which one side runs a row. */
  readonly variant: Readonly<Record<string, string | boolean>>;
  readonly threads: number;
  readonly settings: Readonly<Record<string, number>>;
  readonly comparedRuns: number;
  /** safetensors files. */
  readonly inputs: string;
  readonly outputs: string;
}

/** Runs `untimed` iterations, then `iterations` that are timed together. */
export interface TimeRequest {
  readonly call: 'time';
  readonly iterations: number;
  readonly untimed: number;
}

/** `resetPeak` makes the peak what is resident now; `peak` asks for it. */
export interface MemoryRequest {
  readonly call: 'resetPeak' | 'peak';
}

/** Runs `iterations` under our profiler and writes their trace. Asked of our side only. */
export interface ProfileRequest {
  readonly call: 'profile';
  readonly iterations: number;
  readonly trace: string;
}

export type Request = OpenRequest | TimeRequest | MemoryRequest | ProfileRequest;

export const openedSchema = z.strictObject({
  /** Name and versions, for the heading. */
  library: z.string(),
  device: z.enum(['cpu', 'gpu']),
  /** The first run, with recording and compilation. */
  firstCallMs: z.number().nonnegative(),
  /** Memory of the process's own with the library loaded, before the inputs are; null where the system doesn't tell. */
  residentBytes: z.number().nullable(),
});
export type Opened = z.infer<typeof openedSchema>;

export const timedSchema = z.strictObject({ milliseconds: z.number().positive() });
export const resetSchema = z.strictObject({ reset: z.boolean() });
export const profiledSchema = z.strictObject({ written: z.literal(true) });
export const peakSchema = z.strictObject({ peakBytes: z.number().nullable() });

export type Answer =
  | Opened
  | z.infer<typeof timedSchema>
  | z.infer<typeof resetSchema>
  | z.infer<typeof peakSchema>
  | z.infer<typeof profiledSchema>;

/** The line that comes back: a result, or what went wrong. */
export const replySchema = z.union([
  z.strictObject({ result: z.unknown() }),
  z.strictObject({ error: z.string() }),
]);
