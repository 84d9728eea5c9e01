// A process of its own, since its memory is measured: a training step of 8 layers, `recomputed` or `plain` (the first
// argument). Prints the bytes that TensorFlow needed at once beyond what stood before the first step.
import { activeInterception } from '../backend/active-backend.ts';
import {
  compile,
  createRandom,
  flatten,
  gelu,
  layerNorm,
  linear,
  recompute,
  startBackend,
  tf,
} from '../index.ts';

const LAYERS = 8;
const WIDTH = 64;
const STEPS = 3;

await startBackend({ backend: 'tensorflow' });
const random = createRandom(1);

interface Layer {
  readonly [name: string]: tf.Tensor;
  readonly gain: tf.Tensor;
  readonly bias: tf.Tensor;
  readonly up: tf.Tensor;
  readonly down: tf.Tensor;
}

/** x `[b t c]` */
function block(x: tf.Tensor, { gain, bias, up, down }: Layer): tf.Tensor {
  return tf.add(x, linear(gelu(linear(layerNorm(x, { gain, bias }, 1e-5), up)), down));
}

const blockOf = process.argv[2] === 'recomputed' ? recompute(block) : block;
const step = compile((x: tf.Tensor, layers: readonly Layer[]) => {
  const parameters = flatten(layers).tensors;
  const loss = () => tf.mean(tf.square(layers.reduce((x, layer) => blockOf(x, layer), x)));
  return tf.engine().gradients(loss, parameters).grads;
});

const layers: Layer[] = Array.from({ length: LAYERS }, () => ({
  gain: tf.ones([WIDTH]),
  bias: tf.zeros([WIDTH]),
  up: random.normalTensor([8 * WIDTH, WIDTH], 0.1),
  down: random.normalTensor([WIDTH, 8 * WIDTH], 0.1),
}));
const x = random.normalTensor([4, 512, WIDTH]);
tf.dispose([x, ...flatten(layers).tensors].map((tensor) => tf.add(tensor, 0))); // now TensorFlow has them
step.prepare(x, layers);

// Nothing is given back to the system (memory.h), so what is reserved is the peak.
const reserved = () => activeInterception()?.native.nativeMemory().reserved ?? NaN;
const before = reserved();
for (let i = 0; i < STEPS; i++) tf.dispose(step(x, layers));
process.stdout.write(`${reserved() - before}\n`); // console.log colours numbers where FORCE_COLOR is set
