/** One box of an MP4 file (ISO 14496-12): its content, without the header. */
export interface Mp4Box {
  readonly type: string;
  readonly data: DataView;
}

/** Header of the box that begins at `offset`, or nothing where what is there can't be one. */
export function boxHeader(
  view: DataView,
  offset: number,
  available: number,
): { type: string; headerLength: number; length: number } | undefined {
  if (offset + 8 > view.byteLength) return undefined;
  const short = view.getUint32(offset);
  const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(offset + i)));
  let headerLength = 8;
  let length = short === 0 ? available : short; // 0: up to the end of the file
  if (short === 1) {
    if (offset + 16 > view.byteLength) return undefined;
    headerLength = 16;
    length = Number(view.getBigUint64(offset + 8));
  }
  return length < headerLength || length > available ? undefined : { type, headerLength, length };
}

/** The boxes in a container box, in order. Throws where they don't fit in it. */
export function childBoxes(container: DataView): Mp4Box[] {
  const boxes: Mp4Box[] = [];
  let offset = 0;
  while (offset < container.byteLength) {
    const header = boxHeader(container, offset, container.byteLength - offset);
    if (header === undefined) throw new RangeError(`no box at byte ${offset} of its container`);
    const start = offset + header.headerLength;
    boxes.push({
      type: header.type,
      data: new DataView(container.buffer, container.byteOffset + start, header.length - header.headerLength),
    });
    offset += header.length;
  }
  return boxes;
}

/** The first box at a path such as `mdia/minf/stbl`, or nothing. */
export function findBox(container: DataView, path: string): DataView | undefined {
  let view: DataView | undefined = container;
  for (const type of path.split('/')) {
    if (view === undefined) return undefined;
    view = childBoxes(view).find((box) => box.type === type)?.data;
  }
  return view;
}
