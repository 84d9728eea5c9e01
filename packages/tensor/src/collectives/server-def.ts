import protobuf from 'protobufjs';
import { JOB, taskName } from './task-name.ts';
import type { ClusterPlan } from './cluster.ts';

/** Of tensorflow_server.proto, cluster.proto, config.proto and coordination_config.proto what a cluster needs. */
const serverDef = protobuf
  .parse(
    `syntax = "proto3";
    message ServerDef { ClusterDef cluster = 1; string job_name = 2; int32 task_index = 3;
      ConfigProto default_session_config = 4; string protocol = 5; }
    message ClusterDef { repeated JobDef job = 1; }
    message JobDef { string name = 1; map<int32, string> tasks = 2; }
    message ConfigProto { GpuOptions gpu_options = 6; Experimental experimental = 16; }
    message GpuOptions { bool allow_growth = 4; }
    message Experimental { string collective_group_leader = 1; CoordinationServiceConfig coordination_config = 23; }
    message CoordinationServiceConfig { string service_type = 1; string service_leader = 2;
      int64 cluster_register_timeout_in_ms = 4; bool cluster_register_with_barrier = 14;
      int64 heartbeat_timeout_in_ms = 5; int64 shutdown_barrier_timeout_in_ms = 7;
      repeated CoordinatedJob coordinated_job_list = 10; }
    message CoordinatedJob { string name = 1; int32 num_tasks = 2; }`,
    { keepCase: true },
  )
  .root.lookupType('ServerDef');

/** A process that ends waits so long for the others to end, too, so that none loses its leader while it says goodbye. */
const SHUTDOWN_MILLISECONDS = 2000;

/** What TFE_EnableCollectiveOps takes: task 0 leads groups and runs the coordination service. */
export function encodeServerDef(
  { task, peers, heartbeatSeconds }: ClusterPlan,
  joinSeconds: number,
): Uint8Array {
  const leader = taskName(0);
  return serverDef
    .encode(
      serverDef.fromObject({
        cluster: { job: [{ name: JOB, tasks: Object.fromEntries(peers.entries()) }] },
        job_name: JOB,
        task_index: task,
        protocol: 'grpc',
        default_session_config: {
          gpu_options: { allow_growth: true },
          experimental: {
            collective_group_leader: leader,
            coordination_config: {
              service_type: 'standalone',
              service_leader: leader,
              cluster_register_timeout_in_ms: Math.ceil(1000 * joinSeconds),
              cluster_register_with_barrier: true,
              heartbeat_timeout_in_ms: Math.ceil(1000 * heartbeatSeconds),
              shutdown_barrier_timeout_in_ms: SHUTDOWN_MILLISECONDS,
              coordinated_job_list: [{ name: JOB, num_tasks: peers.length }],
            },
          },
        },
      }),
    )
    .finish();
}
