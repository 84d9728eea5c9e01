import protobuf from 'protobufjs';

/** Of config.proto and rewriter_config.proto what says how Grappler rewrites a function. */
const configProto = protobuf
  .parse(
    `syntax = "proto3";
    message ConfigProto { GraphOptions graph_options = 10; }
    message GraphOptions { RewriterConfig rewrite_options = 10; }
    message RewriterConfig {
      enum Toggle { DEFAULT = 0; ON = 1; OFF = 2; }
      enum MemoryOptimization { DEFAULT_MEM_OPT = 0; NO_MEM_OPT = 1; }
      Toggle layout_optimizer = 1; bool disable_model_pruning = 2; Toggle constant_folding = 3;
      MemoryOptimization memory_optimization = 4; Toggle arithmetic_optimization = 7;
      Toggle dependency_optimization = 8; Toggle loop_optimization = 9; Toggle function_optimization = 10;
      Toggle shape_optimization = 13; Toggle remapping = 14;
      Toggle implementation_selector = 22; Toggle common_subgraph_elimination = 24;
      bool disable_tfg_optimizer = 32; }`,
    { keepCase: true },
  )
  .root.lookupType('ConfigProto');

const OFF = 2;
const ON = 1;

/**
 * Grappler's remapper makes one operation of several (`Pad`, `Conv3D`, `BiasAdd`). Its other passes find next to nothing
 * in what is recorded, and stay off: they could merge what recomputation keeps apart.
 */
const REMAPPED: Uint8Array = configProto
  .encode(
    configProto.fromObject({
      graph_options: {
        rewrite_options: {
          remapping: ON,
          layout_optimizer: OFF,
          disable_model_pruning: true,
          constant_folding: OFF,
          memory_optimization: 1, // NO_MEM_OPT
          arithmetic_optimization: OFF,
          dependency_optimization: OFF,
          loop_optimization: OFF,
          function_optimization: OFF,
          shape_optimization: OFF,
          implementation_selector: OFF,
          common_subgraph_elimination: OFF,
          disable_tfg_optimizer: true,
        },
      },
    }),
  )
  .finish();

/** A ConfigProto for the calls of a function. Without one Grappler leaves it as it was recorded, which XLA needs. */
export function functionConfig({ xla }: { readonly xla: boolean }): Uint8Array {
  return xla ? new Uint8Array(0) : REMAPPED;
}
