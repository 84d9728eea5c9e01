import type { tf } from '@borealis/tensor';
import type { LinearLayer, Parameters } from '@borealis/training';
import { checkAdapter, isLoraName, nameParameters } from '@borealis/training';
import type { DitSamplerConfig } from './config.ts';
import { DitSamplerError } from './errors.ts';
import { parameterSpecs } from './parameter-specs.ts';
import type { StateParameters } from './states/embed-states.ts';
import type { BlockParameters } from './transformer/block.ts';
import type { TwoLayers } from './transformer/timesteps.ts';

/** The names of diffusers' `WanTransformer3DModel`, what robot states pass through, and adapters beside their layers. */
export type DitParameters = {
  /** kernel `[pt ph pw c out]` */
  readonly patch_embedding: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
  readonly condition_embedder: {
    readonly time_embedder: TwoLayers;
    readonly time_proj: LinearLayer;
    readonly text_embedder: TwoLayers;
  };
  readonly blocks: Readonly<Record<string, BlockParameters>>;
  /** `[1 2 c]`, added to the timestep embedding */
  readonly scale_shift_table: tf.Tensor;
  readonly proj_out: LinearLayer;
  readonly state_conditioner?: StateParameters;
};

/**
 * A record of tensors as the parameters of a model of this size; adapters may be there or not.
 *
 * @throws DitSamplerError `PARAMETERS` where one is missing, too many, or of another shape; TrainingError `LORA_LAYERS` where an
 *   adapter is incomplete or its layer isn't there
 */
export function asDitParameters(config: DitSamplerConfig, parameters: Parameters): DitParameters {
  const specs = parameterSpecs(config);
  const named = nameParameters(parameters);
  for (const [name, { shape }] of Object.entries(specs)) {
    const found = named[name];
    if (found?.shape.join() === shape.join()) continue;
    throw new DitSamplerError(
      'PARAMETERS',
      `${name} is ${found === undefined ? 'missing' : `[${found.shape.join()}]`}, this configuration needs [${shape.join()}]: ` +
        'parameters of another preset?',
    );
  }
  const unknown = Object.keys(named).find((name) => !(name in specs) && !isLoraName(name));
  if (unknown !== undefined) {
    throw new DitSamplerError(
      'PARAMETERS',
      `${unknown} is no parameter of this configuration: parameters of another preset?`,
    );
  }
  const adapter = Object.fromEntries(Object.entries(named).filter(([name]) => isLoraName(name)));
  if (Object.keys(adapter).length > 0) checkAdapter(named, adapter);
  return parameters as unknown as DitParameters; // all names and shapes have just been checked
}
