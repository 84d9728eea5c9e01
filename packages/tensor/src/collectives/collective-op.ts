import * as tf from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';
import { TensorError } from '../errors.ts';
import type { OpAttribute } from '../native/binding.ts';
import type { NativeOps } from '../native/native-op.ts';
import { nativeOps, typeAttribute } from '../native/native-op.ts';
import type { ClusterMembership } from './cluster.ts';

/** All operations are between all tasks: one group. */
const GROUP_KEY = 1;

export interface CollectiveOp {
  readonly op: 'CollectiveReduceV2' | 'CollectiveBcastSendV2' | 'CollectiveBcastRecvV2';
  /** By which the tasks find each other. */
  readonly instance: number;
  /** `[n]`; where data only comes in, its dtype and shape are those of what comes. */
  readonly vector: tf.Tensor1D;
  readonly attributes?: (constants: NativeOps['constants']) => OpAttribute[];
}

/** Runs one of TensorFlow's collective operations on behalf of this task, between marks that tell how long it waits. */
export function collectiveOp({ size, watch }: ClusterMembership, call: CollectiveOp): tf.Tensor {
  const native = requireNative();
  const { constants } = native;
  const { op, instance, vector, attributes = () => [] } = call;
  const type = (name: string, dtype: tf.DataType) => typeAttribute(constants, name, typeOf(native, dtype));
  const run = (op: string, attributes: OpAttribute[], inputs: readonly tf.Tensor[]): tf.Tensor => {
    const [result] = native.run(op, attributes, inputs, 1);
    if (result === undefined) throw new TensorError('CLUSTER_FAILED', `${op} gave no result`);
    return result;
  };
  const mark = (phase: 'enter' | 'leave', tensor: tf.Tensor) =>
    run(
      'BorealisCollectiveMark',
      [
        type('T', tensor.dtype),
        { name: 'watch', type: constants.TF_ATTR_INT, value: watch },
        { name: 'phase', type: constants.TF_ATTR_STRING, value: phase },
      ],
      [tensor],
    );
  return tf.tidy(() => {
    const group = tf.scalar(size, 'int32');
    const keys = [GROUP_KEY, instance].map((value) => tf.scalar(value, 'int32'));
    const receives = op === 'CollectiveBcastRecvV2';
    const [first, ...rest] = receives
      ? ([group, ...keys, tf.tensor1d([vector.size], 'int32')] as const)
      : ([vector, group, ...keys] as const);
    const all = [
      type('T', vector.dtype),
      ...(receives ? [type('Tshape', 'int32')] : []),
      ...attributes(constants),
      { name: 'communication_hint', type: constants.TF_ATTR_STRING, value: transport() },
      { name: 'timeout_seconds', type: constants.TF_ATTR_FLOAT, value: 0 }, // the watch's business
    ];
    return mark('leave', run(op, all, [mark('enter', first), ...rest]));
  });
}

/** TensorFlow takes NCCL only where it is asked to. */
function transport(): string {
  return activeInterception()?.native.isUsingGpuDevice() === true ? 'nccl' : 'ring';
}

function typeOf({ constants }: NativeOps, dtype: tf.DataType): number {
  const types: Partial<Record<tf.DataType, number>> = {
    float32: constants.TF_FLOAT,
    int32: constants.TF_INT32,
    bool: constants.TF_BOOL,
  };
  return types[dtype] ?? constants.TF_FLOAT;
}

function requireNative(): NativeOps {
  const native = nativeOps();
  if (native !== undefined) return native;
  throw new TensorError(
    'ENGINE_UNSUPPORTED',
    'operations between processes need TensorFlow: run `borealis setup`',
  );
}
