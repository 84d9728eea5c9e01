import type { NodeOrigin } from './node-origin.ts';
import { describeOrigin } from './node-origin.ts';

/** The nodes of a recording that can still run. */
export interface RecordedNodes {
  /** The compiled function's name, as its author knows it. */
  readonly functionName: string;
  readonly origins: readonly NodeOrigin[];
}

/** A node of one of these: TensorFlow's optimisers put their own words around the name that it was recorded with. */
export interface RecordedNode {
  readonly functionName: string;
  readonly origin: NodeOrigin;
}

const recordings = new Map<number, RecordedNodes>();

/** Unique in the process, so that a name in a trace or an error leads back to its recording. */
export function nodeName(recording: number, index: number): string {
  return `r${recording}/n${index}`;
}

export function keepNodes(recording: number, nodes: RecordedNodes): void {
  recordings.set(recording, nodes);
}

export function forgetNodes(recording: number): void {
  recordings.delete(recording);
}

/** The node whose name stands in `text`. */
export function findNode(text: string): RecordedNode | undefined {
  const match = /\br(\d+)\/n(\d+)/.exec(text);
  const nodes = recordings.get(Number(match?.[1] ?? -1));
  const origin = nodes?.origins[Number(match?.[2] ?? -1)];
  return nodes === undefined || origin === undefined
    ? undefined
    : { functionName: nodes.functionName, origin };
}

/** What TensorFlow says about a failed run, with the line that recorded the operation in place of its node. */
export function explainFailure(message: string): string {
  const node = findNode(message);
  const said = withoutNodes(message);
  return node === undefined ? said : `${describeOrigin(node.origin)}: ${said}`;
}

/** A message of TensorFlow's without the names of nodes and functions that only we know. */
export function withoutNodes(message: string): string {
  return message
    .replace(/ for '\{\{[^']*'/g, '')
    .replace(/\[\[[^\]]*\]\]|\{\{[^}]*\}\}|\[Op:[^\]]*\]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
