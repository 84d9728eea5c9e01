import { createHash } from 'node:crypto';
import { TensorError } from '../errors.ts';
import type { ExtendedBinding, OpAttribute, TensorMetadata } from '../native/binding.ts';
import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';
import { autocast, isMadeByPolicy } from './autocast.ts';
import { castInputs } from './input-casts.ts';
import type { AttributeValue } from './node-def.ts';
import { encodeAttribute, encodeAttributeValue, encodeTensor, shapeProto } from './node-def.ts';
import type { NodeOrigin } from './node-origin.ts';
import { currentOrigin } from './node-origin.ts';
import type { OpDefinition } from './op-definition.ts';
import { decodeOpDefinition, groupInputs, inferAttributes } from './op-definition.ts';
import { nodeName, withoutNodes } from './recorded-nodes.ts';

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
  readonly outputCount: number;
  /** SHA-256 over all nodes in order: two recordings with equal digests are the same graph. */
  readonly digest: string;
}

/** `bf16`: products in bfloat16, the rest in float32 (`autocast.ts`). */
export type Precision = 'f32' | 'bf16';

/** One symbolic recording in progress: takes the place of the native binding while a function is traced. */
export interface Recorder {
  placeholder(dtype: number, shape: readonly number[]): TensorMetadata;
  executeOp(op: string, attributes: readonly OpAttribute[], inputs: readonly number[]): TensorMetadata[];
  createTensor(shape: readonly number[], dtype: number, data: unknown): number;
  finish(options: { name: string; outputIds: readonly number[]; xla: boolean }): RecordedFunction;
  discard(): void;
}

/** Symbolic tensors have negative ids, so that they can never be taken for a real tensor. */
export function isSymbolic(id: number): boolean {
  return id < 0;
}

const definitions = new Map<string, OpDefinition>();
let nextSymbol = -1;

export function createRecorder(native: ExtendedBinding, precision: Precision = 'f32'): Recorder {
  const handle = native.recordingBegin();
  const outputOf = new Map<number, string>(); // symbolic or captured id → "node:output"
  const constants = new Map<string, number>(); // content → symbolic id
  const inputs: string[] = [];
  const capturedIds: number[] = [];
  const hash = createHash('sha256');
  const dtypeOf = new Map<number, number>();
  const widened = new Map<number, number>(); // bfloat16 tensor → the same in float32
  const narrowed = new Map<number, number>(); // float32 tensor → the same in bfloat16, rounded
  const madeByPolicy = new Set<number>();
  const origins: NodeOrigin[] = [];
  const ownPrefix = nodeName(handle, 0).length - 1; // what differs between two recordings of the same graph
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
    if (isSymbolic(id)) {
      throw new TensorError(
        'FOREIGN_SYMBOL',
        'a tensor of another recording is used here: it never had a value',
      );
    }
    return capture(id);
  }

  /** A tensor from outside becomes a further input; holding a handle of our own keeps its data alive. */
  function capture(id: number): string {
    const { dtype, shape } = native.tensorInfo(id);
    const name = nameOf(placeholder(dtype, shape ?? []).id);
    outputOf.set(id, name);
    dtypeOf.set(id, dtype);
    capturedIds.push(native.retainTensor(id));
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
  ): TensorMetadata[] {
    if (STATEFUL_RANDOM_OPS.has(op)) {
      throw new TensorError(
        'RANDOM_WHILE_RECORDING',
        `${op} draws from a hidden random state: draw outside and pass the numbers as a tensor, or use a stateless operation with the seed as a tensor`,
      );
    }
    ids.forEach(nameOf); // captures what comes from outside, which tells its type
    const casts = { constants: native, dtypeOf: typeOf, toFloat32: widen, toBfloat16: narrow };
    const cast = precision === 'bf16' ? autocast : castInputs;
    const call = cast({ op, attributes, inputs: ids }, casts);
    const given = Object.fromEntries(call.attributes.map((a) => [a.name, encodeAttribute(native, a)]));
    const inferred = inferAttributes(definitionOf(op), call.inputs.map(typeOf));
    // What the inputs are is the truth; tfjs takes every bfloat16 tensor for float32.
    const outputs = add(op, { ...given, ...inferred }, call.inputs.map(nameOf));
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

  function finish(options: { name: string; outputIds: readonly number[]; xla: boolean }): RecordedFunction {
    // An input that is returned as it is, or an output returned twice, needs a node of its own.
    const outputs = options.outputIds.map((returned) => {
      const id = madeByPolicy.has(returned) ? widen(returned) : returned;
      const source = nameOf(id);
      return nameOf(addOne('Identity', { T: { type: typeOf(id) } }, [source]).id);
    });
    open = false;
    native.recordingFinish(handle, options.name, inputs, outputs, options.xla);
    const digest = hash.digest('hex');
    return {
      name: options.name,
      recording: handle,
      origins,
      capturedIds,
      outputCount: outputs.length,
      digest,
    };
  }

  function discard(): void {
    if (open) native.recordingDiscard(handle);
    for (const id of capturedIds) native.deleteTensor(id);
  }

  return { placeholder, executeOp, createTensor, finish, discard };
}

interface ConstantBytes {
  readonly bytes: Uint8Array;
  readonly elementSize: number;
  readonly uniform: boolean;
}

/** A constant's little-endian bytes, from what tfjs passes: typed arrays, plain arrays, int64 as pairs of int32. */
function constantBytes(native: ExtendedBinding, dtype: number, data: unknown): ConstantBytes {
  const typed = typedArrayOf(native, dtype, data);
  const bytes = new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
  const values = typed as unknown as ArrayLike<number | bigint>;
  let uniform = values.length > 0;
  for (let i = 1; uniform && i < values.length; i++) uniform = values[i] === values[0];
  return { bytes, elementSize: dtype === native.TF_INT64 ? 8 : typed.BYTES_PER_ELEMENT, uniform };
}

function typedArrayOf(
  native: ExtendedBinding,
  dtype: number,
  data: unknown,
): Float32Array | Int32Array | Uint8Array | BigInt64Array {
  switch (dtype) {
    case native.TF_FLOAT:
      return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>);
    case native.TF_INT32:
      return data instanceof Int32Array ? data : Int32Array.from(data as ArrayLike<number>);
    case native.TF_BOOL:
      return data instanceof Uint8Array ? data : Uint8Array.from(data as ArrayLike<number>);
    case native.TF_INT64: {
      if (data instanceof BigInt64Array) return data;
      const pairs = Int32Array.from(data as ArrayLike<number>);
      return new BigInt64Array(pairs.buffer);
    }
    default:
      throw new TensorError('RECORDING_FAILED', `a constant of TF_DataType ${dtype} can't be recorded`);
  }
}
