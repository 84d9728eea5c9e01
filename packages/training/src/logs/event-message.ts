import protobuf from 'protobufjs/light.js';

/** What we write of tensorflow.Event (tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto). */
const root = protobuf.Root.fromJSON({
  nested: {
    Event: {
      oneofs: { what: { oneof: ['fileVersion', 'summary', 'sessionLog'] } },
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
    Summary: {
      fields: { value: { rule: 'repeated', type: 'Value', id: 1 } },
      nested: {
        Value: { fields: { tag: { type: 'string', id: 1 }, simpleValue: { type: 'float', id: 2 } } },
      },
    },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
  },
});
const eventType = root.lookupType('Event');

/** SessionLog.SessionStatus: from this event's step on, what was logged before is void. */
export const SESSION_START = 1;

export interface EventMessage {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly { readonly tag: string; readonly simpleValue: number }[] };
  readonly sessionLog?: { readonly status: typeof SESSION_START };
}

export function encodeEvent(event: EventMessage): Uint8Array {
  return eventType.encode(eventType.create(event)).finish();
}

/** The event as plain numbers and text; int64 as a number. */
export function decodeEvent(data: Uint8Array): EventMessage {
  return eventType.toObject(eventType.decode(data), { longs: Number }) as EventMessage;
}
