import { tf, compile } from '@borealis/tensor';
import type { LpipsWeights } from '@borealis/perceptual';
import { lpips, lpipsFeatures, lpipsLayers, lpipsWeightsFrom } from '@borealis/perceptual';
import type { Golden } from './golden.ts';
import { produce, tensorsUnder, toTensor } from './golden-tensors.ts';
import type { Produced, VerifierOptions } from './verifier.ts';

/** `lpips_pairs`: distances of @borealis/perceptual, what each slice adds, and features. */
export function* verifyLpipsPairs(golden: Golden, { precision }: VerifierOptions): Iterable<Produced> {
  const weights = weightsOf(golden);
  const run = compile(
    (w: LpipsWeights, a: tf.Tensor, b: tf.Tensor) => {
      const { scaled, features } = lpipsFeatures(w, a);
      return { distance: lpips(w, a, b), layers: lpipsLayers(w, a, b), scaled, features };
    },
    { name: 'lpips', precision },
  );
  const cases = golden.names('inputs.').filter((name) => name.endsWith('.a'));
  for (const name of cases.map((input) => input.slice(0, -'.a'.length))) {
    const [a, b] = [picturesOf(golden, `inputs.${name}.a`), picturesOf(golden, `inputs.${name}.b`)];
    const { distance, layers, scaled, features } = run(weights, a, b);
    tf.dispose([a, b]);
    yield produce(`outputs.${name}.distance`, distance);
    yield produce(`outputs.${name}.layers`, layers);
    for (const [output, tensor] of [
      ['scaled_a', scaled],
      ...features.map((feature, k) => [`features_a.${k}`, feature] as const),
    ] as const)
      yield produce(`outputs.${name}.${output}`, channelsFirst(tensor));
  }
  run.dispose();
  tf.dispose(weights);
}

/** `lpips`, weights alone: read, and given back as they were. */
export function* verifyLpips(golden: Golden): Iterable<Produced> {
  const weights = weightsOf(golden);
  for (const [name, tensor] of Object.entries(weights)) {
    const published = tensor.rank === 4 ? tf.transpose(tensor, [3, 2, 0, 1]) : tf.clone(tensor);
    yield produce(`weights.${name}`, published);
  }
  tf.dispose(weights);
}

function weightsOf(golden: Golden): LpipsWeights {
  const published = tensorsUnder(golden, 'weights.');
  const weights = lpipsWeightsFrom(new Map(Object.entries(published)), golden.file);
  tf.dispose(published);
  return weights;
}

/** `[n 3 h w]` as `[n h w 3]`. */
function picturesOf(golden: Golden, name: string): tf.Tensor {
  return tf.tidy(() => tf.transpose(toTensor(golden.tensor(name)), [0, 2, 3, 1]));
}

function channelsFirst(tensor: tf.Tensor): tf.Tensor {
  const moved = tf.transpose(tensor, [0, 3, 1, 2]);
  tensor.dispose();
  return moved;
}
