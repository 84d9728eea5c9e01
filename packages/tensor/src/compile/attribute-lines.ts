import * as tf from '@tensorflow/tfjs-core';
import { currentPlace, within } from './node-origin.ts';
import { callingLine } from './source-line.ts';

/** What tfjs's engine keeps of each operation for the backward pass. */
interface TapeNode {
  gradient?: (dys: tf.Tensor[]) => Record<string, () => tf.Tensor>;
}

interface TapingEngine {
  readonly state: { readonly activeTape: TapeNode[] | null };
  addTapeNode(...args: readonly unknown[]): void;
  runKernelFunc(...args: readonly unknown[]): unknown;
}

/**
 * From now on, what is recorded while `isRecording` is attributed to the line that called the operation of tfjs (looked
 * up once for each, however many nodes it takes), and what its gradient records to the same line.
 */
export function attributeLines(isRecording: () => boolean): void {
  const engine = tf.engine() as unknown as TapingEngine;
  const runKernelFunc = engine.runKernelFunc.bind(engine);
  const addTapeNode = engine.addTapeNode.bind(engine);
  engine.runKernelFunc = (...args) => {
    if (!isRecording() || currentPlace() !== undefined) return runKernelFunc(...args);
    return within({ line: callingLine(), pass: 'forward' }, () => runKernelFunc(...args));
  };
  engine.addTapeNode = (...args) => {
    addTapeNode(...args);
    const node = isRecording() ? engine.state.activeTape?.at(-1) : undefined;
    const gradient = node?.gradient;
    if (node === undefined || gradient === undefined) return;
    const place = { line: currentPlace()?.line, pass: 'backward' } as const;
    node.gradient = (dys) => {
      const byInput = within(place, () => gradient(dys));
      return Object.fromEntries(
        Object.entries(byInput).map(([input, dx]) => [input, () => within(place, dx)]),
      );
    };
  };
}
