/** One output of an operation: the binding's id of the tensor, its TF_DataType, its shape. */
export interface TensorMetadata {
  readonly id: number;
  readonly dtype: number;
  readonly shape: readonly number[];
}

/** An attribute of an operation as tfjs-node passes it: `type` is one of the binding's TF_ATTR_* numbers. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What an output of a recorded node is known to be; `shape` is null for an unknown rank, -1 an unknown dimension. */
export interface InferredOutput {
  readonly dtype: number;
  readonly shape: readonly number[] | null;
}

/** The constants of TensorFlow's C API that tfjs-node's addon exports. */
export interface BindingConstants {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_UINT8: number;
  readonly TF_STRING: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_Version: string;
}

/** What tfjs-node's addon does by itself; tensors are known by small integer ids. */
export interface BaseBinding extends BindingConstants {
  createTensor(shape: readonly number[], dtype: number, data: ArrayLike<number> | ArrayBufferView): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array | BigInt64Array | string[];
  executeOp(op: string, attributes: OpAttribute[], inputs: number[], outputCount: number): TensorMetadata[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
}

/** A tensor in an open file: `stored` is the dtype as the file spells it, `dtype` the TF_DataType to hold it as. */
export interface ReadRequest {
  readonly fd: number;
  readonly position: number;
  readonly stored: string;
  readonly dtype: number;
  readonly shape: readonly number[];
}

/** What `native/borealis.cc` adds; the comments there describe each call. */
export interface Extension {
  recordingBegin(): number;
  recordingOpDefinition(recording: number, op: string): Uint8Array;
  recordingAdd(
    recording: number,
    op: string,
    name: string,
    inputs: readonly (string | readonly string[])[],
    controls: readonly string[],
    attributes: readonly (readonly [name: string, value: Uint8Array])[],
  ): InferredOutput[];
  recordingAwait(recording: number, node: string, awaited: readonly string[]): void;
  recordingFinish(
    recording: number,
    functionName: string,
    inputs: readonly string[],
    outputs: readonly string[],
    xla: boolean,
  ): void;
  recordingDiscard(recording: number): void;
  callFunction(
    name: string,
    inputs: readonly number[],
    outputCount: number,
    config: Uint8Array,
  ): TensorMetadata[];
  removeFunction(name: string): void;
  tensorInfo(id: number): InferredOutput;
  retainTensor(id: number): number;
  enableCollectives(serverDef: Uint8Array, task: string): void;
  watchCollectives(milliseconds: number): number;
  clusterBarrier(id: string, milliseconds: number): void;
  clusterReport(message: string): void;
  kernelInstructions(): string;
  profilerStart(options: Uint8Array): void;
  profilerStop(): Uint8Array;
  nativeMemory(): { readonly inUse: number; readonly reserved: number };
  readTensors(requests: readonly ReadRequest[], threads: number): Promise<TensorMetadata[]>;
  tensorOnHost(id: number): number;
  copyTensorBytes(id: number, offset: number, target: Uint8Array): void;
}

export type Binding = BaseBinding & Partial<Extension>;
export type ExtendedBinding = BaseBinding & Extension;

export function isExtended(binding: Binding): binding is ExtendedBinding {
  return typeof binding.recordingBegin === 'function';
}
