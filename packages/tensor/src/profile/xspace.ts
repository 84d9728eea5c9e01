import protobuf from 'protobufjs';

/** Of tsl/profiler/protobuf/xplane.proto and profiler_options.proto what is asked for and read here. */
const schema = protobuf.parse(
  `syntax = "proto3";
  message ProfileOptions { uint32 version = 5; uint32 host_tracer_level = 2; uint32 device_tracer_level = 3; }
  message XSpace { repeated XPlane planes = 1; }
  message XPlane { string name = 2; repeated XLine lines = 3; map<int64, XName> event_metadata = 4; map<int64, XName> stat_metadata = 5; }
  message XName { string name = 2; }
  message XLine { string name = 2; int64 timestamp_ns = 3; repeated XEvent events = 4; string display_name = 11; }
  message XEvent { int64 metadata_id = 1; int64 offset_ps = 2; int64 duration_ps = 3; repeated XStat stats = 4; }
  message XStat { int64 metadata_id = 1;
    oneof value { double double_value = 2; uint64 uint64_value = 3; int64 int64_value = 4; string str_value = 5; uint64 ref_value = 7; } }`,
  { keepCase: true },
).root;
const spaceType = schema.lookupType('XSpace');
const optionsType = schema.lookupType('ProfileOptions');

/** A device, the host included. */
export interface Plane {
  readonly name: string;
  readonly lanes: readonly Lane[];
}

/** A thread, or a stream of a GPU. */
export interface Lane {
  readonly name: string;
  readonly events: readonly LaneEvent[];
}

export interface LaneEvent {
  readonly name: string;
  /** From the profile's start. */
  readonly startMicroseconds: number;
  readonly microseconds: number;
  readonly details: Readonly<Record<string, string | number>>;
}

/** All operations, cheap ones too, and what GPUs do. */
export function profileOptions(): Uint8Array {
  return optionsType.encode({ version: 1, host_tracer_level: 2, device_tracer_level: 1 }).finish();
}

interface Name {
  readonly name: string;
}
type Names = Readonly<Record<string, Name>>;

interface XStat {
  readonly metadata_id: number;
  readonly value?: 'double_value' | 'uint64_value' | 'int64_value' | 'str_value' | 'ref_value';
  readonly double_value?: number;
  readonly uint64_value?: number;
  readonly int64_value?: number;
  readonly str_value?: string;
  readonly ref_value?: number;
}

interface XEvent {
  readonly metadata_id: number;
  readonly offset_ps: number;
  readonly duration_ps: number;
  readonly stats: readonly XStat[];
}

interface XPlane {
  readonly name: string;
  readonly lines: readonly {
    readonly name: string;
    readonly display_name: string;
    readonly timestamp_ns: number;
    readonly events: readonly XEvent[];
  }[];
  readonly event_metadata: Names;
  readonly stat_metadata: Names;
}

/** What TensorFlow's profiler gives. */
export function decodeXSpace(bytes: Uint8Array): Plane[] {
  const { planes } = spaceType.toObject(spaceType.decode(bytes), {
    longs: Number,
    defaults: true,
    arrays: true,
    objects: true,
    oneofs: true,
  }) as { planes: XPlane[] };
  return planes.map((plane) => ({
    name: plane.name,
    lanes: plane.lines.map((line) => ({
      name: line.display_name === '' ? line.name : line.display_name,
      events: line.events.map((event) => ({
        name: plane.event_metadata[event.metadata_id]?.name ?? '',
        startMicroseconds: line.timestamp_ns / 1e3 + event.offset_ps / 1e6,
        microseconds: event.duration_ps / 1e6,
        details: detailsOf(event.stats, plane.stat_metadata),
      })),
    })),
  }));
}

function detailsOf(stats: readonly XStat[], names: Names): Record<string, string | number> {
  return Object.fromEntries(
    stats.map((stat) => {
      const value = stat.value === undefined ? '' : (stat[stat.value] ?? '');
      const text = stat.value === 'ref_value' ? (names[value]?.name ?? '') : value;
      return [names[stat.metadata_id]?.name ?? '', text];
    }),
  );
}
