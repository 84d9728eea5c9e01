import { createHash } from 'node:crypto';
import { TensorError } from '../errors.ts';
import type { ExtendedBinding, OpAttribute, TensorMetadata } from '../native/binding.ts';
import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';
import { autocast, isMadeByPolicy } from './autocast.ts';
import { createBfloat16Emulation } from './bfloat16-emulation.ts';
import { constantBytes } from './constant-bytes.ts';
import { createDonations } from './donations.ts';
import { createBarriers } from './barriers.ts';
import { castInputs } from './input-casts.ts';
import type { AttributeValue } from './node-def.ts';
import { encodeAttribute, encodeAttributeValue, encodeTensor, shapeProto } from './node-def.ts';
import type { NodeOrigin } from './node-origin.ts';
import { currentOrigin } from './node-origin.ts';
import type { OpDefinition } from './op-definition.ts';
import { decodeOpDefinition, groupInputs, inferAttributes } from './op-definition.ts';
import { nodeName, withoutNodes } from './recorded-nodes.ts';
import type { AddedRows } from './scatter-sums.ts';
import { createScatterSums } from './scatter-sums.ts';

/** Operations that draw from TensorFlow's own random state: inside a recorded function they would ignore every seed. */
const STATEFUL_RANDOM_OPS = new Set([
  'Multinomial',
  'ParameterizedTruncatedNormal',
  'RandomGamma',
  'RandomPoissonV2',
  'RandomShuffle',
  'RandomStandardNormal',
  'RandomUniform',
  'RandomUniformInt',
  'TruncatedNormal',
]);

/** Operations between processes start in the same order everywhere: each waits for the one that was recorded before it. */
const COLLECTIVE_OPS = /^(?:Borealis)?Collective/;

/** Constants of at least this many equal values become a Fill, which Grappler need not carry around whole. */
const FILL_FROM_ELEMENTS = 64;

/** A recording that has become a function of the context. */
export interface RecordedFunction {
  readonly name: string;
  /** Unique in the process; the nodes' names begin with it. */
  readonly recording: number;
  /** Of each node. */
  readonly origins: readonly NodeOrigin[];
  /** Ids (retained by us) of the tensors from outside that the function uses; they follow its arguments. */
  readonly capturedIds: readonly number[];
  /** Ids of these tensors themselves. */
  readonly capturedFrom: readonly number[];
  /** Outputs that are inputs as they came: by position, which output is which input (arguments, then captured ones). */
  readonly passedOn: ReadonlyMap<number, number>;
  readonly outputCount: number;
  /** SHA-256 over all nodes in order: two recordings with equal digests are the same graph. */
  readonly digest: string;
}

/** `bf16`: products in bfloat16, the rest in float32 (`autocast.ts`). */
export type Precision = 'f32' | 'bf16';

export interface RecorderOptions {
  readonly precision: Precision;
  readonly xla: boolean;
  /** Whether products in bfloat16 are the device's own. */
  readonly multipliesBfloat16: boolean;
}

/** One symbolic recording in progress: takes the place of the native binding while a function is traced. */
export interface Recorder {
  /** For XLA, which knows TensorFlow's own operations only. */
  readonly xla: boolean;
  placeholder(dtype: number, shape: readonly number[]): TensorMetadata;
  /** This input may be overwritten. */
  donate(id: number): void;
  executeOp(op: string, attributes: readonly OpAttribute[], inputs: readonly number[]): TensorMetadata[];
  /** The same tensor, given out once all of `awaited` are computed. */
  after(id: number, awaited: readonly number[]): TensorMetadata;
  createTensor(shape: readonly number[], dtype: number, data: unknown): number;
  finish(options: { name: string; outputIds: readonly number[] }): RecordedFunction;
  discard(): void;
}

/** Symbolic tensors have negative ids, so that they can never be taken for a real tensor. */
export function isSymbolic(id: number): boolean {
  return id < 0;
}

const definitions = new Map<string, OpDefinition>();
let nextSymbol = -1;

export function createRecorder(
  native: ExtendedBinding,
  { precision, xla, multipliesBfloat16 }: RecorderOptions,
): Recorder {
  const handle = native.recordingBegin();
  const outputOf = new Map<number, string>(); // symbolic or captured id → "node:output"
  const constants = new Map<string, number>(); // content → symbolic id
  const inputs: string[] = [];
  const capturedIds: number[] = [];
  const capturedFrom: number[] = [];
  const hash = createHash('sha256');
  const dtypeOf = new Map<number, number>();
  const widened = new Map<number, number>(); // bfloat16 tensor → the same in float32
  const narrowed = new Map<number, number>(); // float32 tensor → the same in bfloat16, rounded
  const roundedLater = new Map<number, number>(); // bfloat16 tensor that nothing has read yet → the float32 one
  const madeByPolicy = new Set<number>();
  const origins: NodeOrigin[] = [];
  const emulation = multipliesBfloat16
    ? undefined
    : createBfloat16Emulation({ dtypeOf: typeOf, toFloat32: widen, toBfloat16: roundLater });
  const donations = createDonations();
  const scatterSums = createScatterSums();
  const collectives = new Set<string>();
  const barriers = createBarriers((name) => collectives.has(name));
  const ownPrefix = nodeName(handle, 0).length - 1; // what differs between two recordings of the same graph
  let lastCollective: string | undefined;
  let open = true;

  function add(
    op: string,
    attributes: Record<string, AttributeValue>,
    nodeInputs: readonly string[],
    after: readonly string[] = [],
  ): TensorMetadata[] {
    const name = nodeName(handle, origins.length);
    origins.push(currentOrigin(op));
    const encoded = Object.entries(attributes).map(
      ([key, value]) => [key, encodeAttributeValue(value)] as const,
    );
    const own = (names: readonly string[]) => names.map((input) => input.slice(ownPrefix)).join();
    hash.update(`${op}(${own(nodeInputs)})^${own(after)}`);
    for (const [key, value] of encoded) hash.update(key).update(value);
    let outputs;
    try {
      const inputs = groupInputs(definitionOf(op), nodeInputs, attributes);
      outputs = native.recordingAdd(handle, op, name, inputs, after, encoded);
    } catch (cause) {
      const detail = withoutNodes(cause instanceof Error ? cause.message : String(cause));
      throw new TensorError('RECORDING_FAILED', `recording ${op} failed: ${detail}`, { cause });
    }
    if (op !== 'Placeholder') {
      barriers.note({ name, awaited: [...nodeInputs.map((input) => input.replace(/:\d+$/, '')), ...after] });
    }
    return outputs.map(({ dtype, shape }, i) => {
      if (shape === null || shape.some((size) => size < 0)) {
        throw new TensorError(
          'RECORDING_FAILED',
          `the shape of ${op}'s output ${i} depends on data (${shape === null ? 'unknown rank' : `[${shape.join()}]`}): ` +
            `compiled functions need shapes that follow from their inputs' shapes`,
        );
      }
      const id = nextSymbol--;
      outputOf.set(id, `${name}:${i}`);
      dtypeOf.set(id, dtype);
      scatterSums.see(id, shape);
      return { id, dtype, shape };
    });
  }

  function addOne(
    op: string,
    attributes: Record<string, AttributeValue>,
    nodeInputs: readonly string[],
    after: readonly string[] = [],
  ): TensorMetadata {
    const [output] = add(op, attributes, nodeInputs, after);
    if (output === undefined) throw new TensorError('RECORDING_FAILED', `${op} has no output`);
    return output;
  }

  function definitionOf(op: string): OpDefinition {
    let definition = definitions.get(op);
    if (definition === undefined) {
      definition = decodeOpDefinition(native.recordingOpDefinition(handle, op));
      definitions.set(op, definition);
    }
    return definition;
  }

  function placeholder(dtype: number, shape: readonly number[]): TensorMetadata {
    const output = addOne('Placeholder', { dtype: { type: dtype }, shape: { shape: shapeProto(shape) } }, []);
    inputs.push(nameOf(output.id));
    return output;
  }

  function nameOf(id: number): string {
    const known = outputOf.get(id);
    if (known !== undefined) return known;
    const wide = roundedLater.get(id);
    if (wide !== undefined) return round(id, wide);
    if (isSymbolic(id)) {
      throw new TensorError(
        'FOREIGN_SYMBOL',
        'a tensor of another recording is used here: it never had a value',
      );
    }
    return capture(id);
  }

  /** A bfloat16 tensor of a float32 one's values; the operation that rounds them is recorded when something reads it. */
  function roundLater(wide: number): number {
    const id = nextSymbol--;
    roundedLater.set(id, wide);
    dtypeOf.set(id, TF_BFLOAT16);
    madeByPolicy.add(id);
    return id;
  }

  function round(id: number, wide: number): string {
    const name = nameOf(castOnce(narrowed, wide, TF_BFLOAT16));
    outputOf.set(id, name);
    return name;
  }

  function nodeOf(id: number): string {
    return nameOf(id).replace(/:\d+$/, '');
  }

  /** A tensor from outside becomes a further input; holding a handle of our own keeps its data alive. */
  function capture(id: number): string {
    const { dtype, shape } = native.tensorInfo(id);
    const name = nameOf(placeholder(dtype, shape ?? []).id);
    outputOf.set(id, name);
    dtypeOf.set(id, dtype);
    capturedIds.push(native.retainTensor(id));
    capturedFrom.push(id);
    return name;
  }

  function constant(dtype: number, shape: readonly number[], content: Uint8Array): number {
    const key = `${dtype}|${shape.join()}|${Buffer.from(content).toString('latin1')}`;
    const known = constants.get(key);
    if (known !== undefined) return known;
    const attributes = { dtype: { type: dtype }, value: encodeTensor(dtype, shape, content) };
    const { id } = addOne('Const', attributes, []);
    constants.set(key, id);
    return id;
  }

  function createTensor(shape: readonly number[], dtype: number, data: unknown): number {
    const dims = Array.from(shape);
    const { bytes, elementSize, uniform } = constantBytes(native, dtype, data);
    if (uniform && bytes.length / elementSize >= FILL_FROM_ELEMENTS) {
      const sizes = constant(native.TF_INT32, [dims.length], new Uint8Array(Int32Array.from(dims).buffer));
      const value = constant(dtype, [], bytes.subarray(0, elementSize));
      const attributes = { T: { type: dtype }, index_type: { type: native.TF_INT32 } };
      return addOne('Fill', attributes, [nameOf(sizes), nameOf(value)]).id;
    }
    return constant(dtype, dims, bytes);
  }

  function executeOp(
    op: string,
    attributes: readonly OpAttribute[],
    ids: readonly number[],
    awaited: readonly number[] = [],
  ): TensorMetadata[] {
    if (STATEFUL_RANDOM_OPS.has(op)) {
      throw new TensorError(
        'RANDOM_WHILE_RECORDING',
        `${op} draws from a hidden random state: draw outside and pass the numbers as a tensor, or use a stateless operation with the seed as a tensor`,
      );
    }
    for (const id of ids) if (!dtypeOf.has(id)) nameOf(id); // captures what comes from outside, which tells its type
    const casts = { constants: native, dtypeOf: typeOf, toFloat32: widen, toBfloat16: narrow };
    const cast = precision === 'bf16' ? autocast : castInputs;
    const call = cast({ op, attributes, inputs: ids }, casts);
    const rows = scatterSums.find(op, call.inputs);
    if (rows !== undefined) return [addRows(rows)];
    const given = Object.fromEntries(call.attributes.map((a) => [a.name, encodeAttribute(native, a)]));
    const emulated = precision === 'bf16' ? emulation?.inputsOf(call) : undefined;
    const read = emulated ?? call.inputs;
    const inferred = inferAttributes(definitionOf(op), read.map(typeOf));
    // What the inputs are is the truth; tfjs takes every bfloat16 tensor for float32.
    const names = read.map(nameOf);
    const barrier = donations.overwrite(op, call.inputs, addBarrier);
    const added =
      barrier === undefined
        ? add(op, { ...given, ...inferred }, names, [...awaited.map(nodeOf), ...collectiveBefore(op)])
        : add(op, { ...given, ...inferred, in_place: { b: true } }, names, [barrier]);
    const outputs =
      emulated === undefined ? added : added.map((wide) => emulation?.resultOf(op, wide) ?? wide);
    if (barrier === undefined) {
      const made = outputs.map(({ id }) => id);
      donations.note(op, call.inputs, made);
    }
    const [sum] = outputs;
    if (sum !== undefined) scatterSums.note(op, call.inputs, sum.id);
    if (
      precision === 'bf16' &&
      isMadeByPolicy(
        call,
        call.inputs.some((id) => madeByPolicy.has(id)),
      )
    ) {
      for (const { id, dtype } of outputs) if (dtype === TF_BFLOAT16) madeByPolicy.add(id);
    }
    return outputs;
  }

  function addRows({ into, ids, rows }: AddedRows): TensorMetadata {
    const last = constant(native.TF_INT32, [], new Uint8Array(Int32Array.of(-1).buffer));
    const types = { T: { type: typeOf(ids) }, Tdim: { type: native.TF_INT32 } };
    const indices = addOne('ExpandDims', types, [nameOf(ids), nameOf(last)]);
    return addOne(
      'TensorScatterAdd',
      { T: { type: typeOf(into) }, Tindices: { type: typeOf(ids) } },
      [into, indices.id, rows].map(nameOf),
    );
  }

  /** What an operation between processes, recorded next, has to wait for. */
  function collectiveBefore(op: string): string[] {
    if (!COLLECTIVE_OPS.test(op)) return [];
    const before = lastCollective;
    lastCollective = nodeName(handle, origins.length);
    collectives.add(lastCollective);
    return before === undefined ? [] : [before];
  }

  /** A node that runs when all that is recorded so far, and runs at all, has run. */
  function addBarrier(): string {
    const name = nodeName(handle, origins.length);
    add('NoOp', {}, []);
    barriers.markBarrier();
    return name;
  }

  function after(id: number, awaited: readonly number[]): TensorMetadata {
    if (xla) {
      // XLA keeps no order between what doesn't depend on each other, and merges what is equal; but not across this.
      const [same] = executeOp('XlaOptimizationBarrier', [], [id, ...awaited]) as [TensorMetadata];
      return same;
    }
    const type = { name: 'T', type: native.TF_ATTR_TYPE, value: typeOf(id) };
    const [same] = executeOp('Identity', [type], [id], awaited) as [TensorMetadata];
    return same;
  }

  function typeOf(id: number): number {
    return dtypeOf.get(id) ?? native.TF_FLOAT;
  }

  function widen(id: number): number {
    return castOnce(widened, id, native.TF_FLOAT);
  }

  function narrow(id: number): number {
    const half = castOnce(narrowed, id, TF_BFLOAT16);
    madeByPolicy.add(half);
    return half;
  }

  /** Once for each tensor of a recording. */
  function castOnce(done: Map<number, number>, id: number, to: number): number {
    const known = done.get(id);
    if (known !== undefined) return known;
    const cast = addOne('Cast', { SrcT: { type: typeOf(id) }, DstT: { type: to } }, [nameOf(id)]).id;
    done.set(id, cast);
    return cast;
  }

  function finish(options: { name: string; outputIds: readonly number[] }): RecordedFunction {
    // An input that is returned as it is, or an output returned twice, needs a node of its own.
    const passedOn = new Map<number, number>();
    const outputs = options.outputIds.map((returned, position) => {
      const id = madeByPolicy.has(returned) ? widen(returned) : returned;
      const source = nameOf(id);
      const input = inputs.indexOf(source);
      if (input >= 0) passedOn.set(position, input);
      return nameOf(addOne('Identity', { T: { type: typeOf(id) } }, [source]).id);
    });
    for (const { barrier, awaited } of barriers.waits(outputs.map((output) => output.replace(/:\d+$/, '')))) {
      hash.update(`${barrier.slice(ownPrefix)}^${awaited.map((name) => name.slice(ownPrefix)).join()}`);
      native.recordingAwait(handle, barrier, awaited);
    }
    open = false;
    native.recordingFinish(handle, options.name, inputs, outputs, xla);
    const digest = hash.digest('hex');
    return {
      name: options.name,
      recording: handle,
      origins,
      capturedIds,
      capturedFrom,
      passedOn,
      outputCount: outputs.length,
      digest,
    };
  }

  function discard(): void {
    if (open) native.recordingDiscard(handle);
    for (const id of capturedIds) native.deleteTensor(id);
  }

  const donate = (id: number) => {
    donations.donate(id);
  };
  return { xla, placeholder, donate, executeOp, after, createTensor, finish, discard };
}
