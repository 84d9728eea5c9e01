import type { Dataset, Frames } from '@borealis/dataset';
import { contactSheet } from '@borealis/report';

const ROWS = 6;
/** Where in a segment, as shares of its length. */
const COLUMNS = [0, 0.25, 0.5, 0.75, 1];

/** Frames of some segments, spread evenly over raw data, as a PNG: a segment a row, from its first frame to its last. */
export async function datasetSheet(dataset: Dataset): Promise<Uint8Array> {
  const { segments } = dataset;
  const count = Math.min(ROWS, segments.length);
  const chosen = Array.from(
    { length: count },
    (_, row) => segments[Math.floor((row * segments.length) / count)],
  );
  const rows: { label: string; frames: Frames }[] = [];
  for (const segment of chosen) {
    if (segment === undefined) continue;
    const pictures: Frames[] = [];
    for (const share of COLUMNS) {
      const index = segment.start + Math.round(share * (segment.frames - 1));
      pictures.push(await dataset.readFrames(segment.shard, index, 1));
    }
    rows.push({ label: `shard ${segment.shard} segment ${segment.id}`, frames: joined(pictures) });
  }
  const columns = COLUMNS.map((share) => `${share * 100} %`);
  return (await contactSheet({ rows, columns })).png;
}

function joined(pictures: readonly Frames[]): Frames {
  const { height = 0, width = 0 } = pictures[0] ?? {};
  const data = new Uint8Array(pictures.length * height * width * 3);
  pictures.forEach((picture, i) => {
    data.set(picture.data, i * height * width * 3);
  });
  return { data, count: pictures.length, height, width };
}
