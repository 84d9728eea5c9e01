import type { Opened, OpenRequest } from './protocol.ts';

/** A way of running rows: one side of the comparison, and how. */
export interface Way {
  /** `Borealis`, or the peer's name. */
  readonly side: string;
  /** How this side runs the row: `eager`, `torch.compile`, … */
  readonly name: string;
  readonly variant: OpenRequest['variant'];
  readonly launch: Launch;
}

/** How its process is started. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** A process that runs one row in one way; idle except while it answers. */
export interface Contestant {
  open(request: Omit<OpenRequest, 'call' | 'variant'>): Promise<Opened>;
  /** Milliseconds that `iterations` took together, after `untimed` ones. */
  time(iterations: number, untimed: number): Promise<number>;
  resetPeak(): Promise<boolean>;
  peakBytes(): Promise<number | null>;
  /** Writes a trace of `iterations` to the file `trace`. */
  profile(iterations: number, trace: string): Promise<void>;
  /** Ends the process, whatever it is doing. */
  close(): Promise<void>;
}
