import type { Interception } from '../compile/interception.ts';
import * as tf from '@tensorflow/tfjs-core';
import { allReduce } from './all-reduce.ts';
import type { ClusterMembership } from './cluster.ts';

/** Returns when every task is in it: who sends one number and gets the sum back, has waited for all. */
export function barrier(cluster: ClusterMembership, interception: Interception): void {
  const sum = tf.tidy(() => allReduce(cluster, tf.scalar(1), 'sum'));
  if (!interception.isRecording()) sum.dataSync(); // a GPU would only have been asked
  sum.dispose();
}
