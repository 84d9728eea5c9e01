import { expect, it } from 'vitest';
import { inGroup, roomGroups } from './groups.ts';

const episodes = [
  { split: 'val', segment: 10, room: 3 },
  { split: 'val', segment: 11, room: 12 },
  { split: 'val', segment: 12, room: 0 },
  { split: 'train', segment: 10, room: 12 },
];
const knownRooms = new Set([0, 1, 2, 3]);

it('tells segments of known rooms from those of new ones', () => {
  const groups = roomGroups({ episodes, split: 'val', knownRooms, numbers: [10, 11, 12, 10] });
  expect(groups).toEqual([
    { name: 'known rooms', segments: new Set([0, 2, 3]) },
    { name: 'new rooms', segments: new Set([1]) },
  ]);
  const scores = [{ segment: 1 }, { segment: 3 }];
  expect(groups.map((group) => inGroup(scores, group))).toEqual([[{ segment: 3 }], [{ segment: 1 }]]);
});

it('leaves out a group without segments', () => {
  const groups = roomGroups({ episodes, split: 'train', knownRooms, numbers: [10] });
  expect(groups.map(({ name }) => name)).toEqual(['new rooms']);
});

it('refuses a segment that the list does not know', () => {
  expect(() => roomGroups({ episodes, split: 'val', knownRooms, numbers: [13] })).toThrow(
    /segment 13 is not among .* "val"/,
  );
  expect(() => roomGroups({ episodes, split: 'test', knownRooms, numbers: [10] })).toThrow(/there are none/);
});
