/** A node of a recording and what it waits for, by name. */
interface RecordedNode {
  readonly name: string;
  readonly awaited: readonly string[];
}

/**
 * Nodes that run after everything recorded before them that runs at all. Which that is, shows only at the end: gradients
 * that nobody asked for are recorded, too, and waiting for them would make TensorFlow compute them.
 */
export interface Barriers {
  note(node: RecordedNode): void;
  /** The node noted last is a barrier. */
  markBarrier(): void;
  /** What each barrier has to wait for, where the recording's results are these. */
  waits(results: readonly string[]): { readonly barrier: string; readonly awaited: readonly string[] }[];
}

/** @param runsAnyway whether a node runs though no result needs it */
export function createBarriers(runsAnyway: (name: string) => boolean): Barriers {
  const nodes: RecordedNode[] = [];
  const barriers: number[] = []; // positions

  function liveNodes(results: readonly string[]): ReadonlySet<string> {
    const awaitedBy = new Map(nodes.map(({ name, awaited }) => [name, awaited]));
    const live = new Set<string>();
    const open = [...results, ...nodes.map(({ name }) => name).filter(runsAnyway)];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (live.has(name)) continue;
      live.add(name);
      open.push(...(awaitedBy.get(name) ?? []));
    }
    return live;
  }

  return {
    note: (node) => nodes.push(node),
    markBarrier: () => barriers.push(nodes.length - 1),
    waits: (results) => {
      if (barriers.length === 0) return [];
      const live = liveNodes(results);
      return barriers.map((position) => {
        const before = nodes.slice(0, position).filter(({ name }) => live.has(name));
        const awaitedByLater = new Set(before.flatMap(({ awaited }) => awaited));
        const awaited = before.map(({ name }) => name).filter((name) => !awaitedByLater.has(name));
        return { barrier: nodes[position]?.name ?? '', awaited };
      });
    },
  };
}
