import { EvaluatorError } from './evaluator-error.ts';

/** What is known of an episode besides its frames: an entry of the generator's `episodes.json`. */
export interface Episode {
  readonly split: string;
  /** Its number in the split: that of the segment index files. */
  readonly segment: number;
  readonly room: number;
}

/** Segments whose figures are given by themselves, too. */
export interface SegmentGroup {
  readonly name: string;
  /** Which of `dataset.segments`. */
  readonly segments: ReadonlySet<number>;
}

/**
 * The segments that were recorded in rooms that training has shown, and those of new rooms; a group without segments is
 * left out.
 *
 * @param options `numbers`: of each of the dataset's segments, its number in the split
 * @throws {EvaluatorError} `groups` where the list knows nothing of a segment
 */
export function roomGroups(options: {
  readonly episodes: readonly Episode[];
  readonly split: string;
  readonly knownRooms: ReadonlySet<number>;
  readonly numbers: readonly number[];
}): SegmentGroup[] {
  const { episodes, split, knownRooms, numbers } = options;
  const rooms = new Map(
    episodes.filter((episode) => episode.split === split).map(({ segment, room }) => [segment, room]),
  );
  const known = new Set<number>();
  const others = new Set<number>();
  for (const [segment, number] of numbers.entries()) {
    const room = rooms.get(number);
    if (room === undefined) {
      const has = rooms.size === 0 ? 'none' : `${rooms.size} others`;
      throw new EvaluatorError(
        'groups',
        `segment ${number} is not among the episodes of split "${split}" (there are ${has}): give the list that the data came with, and the split it is`,
      );
    }
    (knownRooms.has(room) ? known : others).add(segment);
  }
  return [
    { name: 'known rooms', segments: known },
    { name: 'new rooms', segments: others },
  ].filter(({ segments }) => segments.size > 0);
}

/** The scores that belong to a group, in their order. */
export function inGroup<Score extends { readonly segment: number }>(
  scores: readonly Score[],
  { segments }: SegmentGroup,
): Score[] {
  return scores.filter(({ segment }) => segments.has(segment));
}
