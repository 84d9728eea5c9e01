import type { Compiled } from '@borealis/tensor';
import { compile, tf } from '@borealis/tensor';
import type { NamedTensors } from './parameters/parameters.ts';
import { disposeNamed, mapNamed } from './parameters/parameters.ts';

export interface EmaUpdate {
  /** The next average; disposes the one it was given, not the parameters. */
  (average: NamedTensors, parameters: NamedTensors): NamedTensors;
  dispose(): void;
}

/** Exponential moving average of parameters, `a ← decay · a + (1 − decay) · p`, as one compiled function. */
export function createEmaUpdate(decay: number): EmaUpdate {
  const update = compile(
    (average: NamedTensors, parameters: NamedTensors) =>
      mapNamed(average, (a, name) =>
        tf.add(tf.mul(a, decay), tf.mul(parameters[name] as tf.Tensor, 1 - decay)),
      ),
    { name: 'ema_update' },
  ) as Compiled<[NamedTensors, NamedTensors], NamedTensors>;
  const run = (average: NamedTensors, parameters: NamedTensors): NamedTensors => {
    const next = update(average, parameters);
    disposeNamed(average);
    return next;
  };
  return Object.assign(run, {
    dispose: () => {
      update.dispose();
    },
  });
}
