import { createRandom, tf } from '@borealis/tensor';
import { PerceptualError } from '../perceptual-error.ts';
import type { Shapes, Weights } from '../weights.ts';
import { loadWith, takeWeights } from '../weights.ts';
import type { Backbone, Layer, LpipsNet } from './backbones.ts';
import { BACKBONES } from './backbones.ts';

/**
 * Backbone and the weights of its features, under the names of the lpips package: `net.sliceK.N.weight`,
 * `linK.model.1.weight`, `scaling_layer.shift`. Which of the three networks it is follows from the names and shapes.
 */
export type LpipsWeights = Weights;

/** ImageNet's mean and deviation for pictures in [-1, 1] (lpips.py, ScalingLayer). */
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];

/**
 * Reads what tools/perceptual/convert_perceptual.py writes, or any safetensors file of an `LPIPS` state dict.
 *
 * @throws PerceptualError `weights`; what `loadTensors` throws
 */
export function loadLpips(path: string): Promise<LpipsWeights> {
  return loadWith(path, {
    wanted: (name) => !name.startsWith('lins.'), // the state dict has the lin weights twice
    take: (tensors) => lpipsWeightsFrom(tensors, path),
  });
}

/**
 * Weights as they are published, in our layout; those given stay.
 *
 * @throws PerceptualError `weights` where they are those of none of the three networks
 */
export function lpipsWeightsFrom(
  published: ReadonlyMap<string, tf.Tensor>,
  source = 'these weights',
): LpipsWeights {
  const net = netOf((name) => published.get(name)?.shape, source);
  return takeWeights(published, { shapes: lpipsShapes(net), what: `${source}, LPIPS of ${net}` });
}

/** Drawn weights, for tests and examples: what they say means nothing. */
export function initLpips(net: LpipsNet, seed: number): LpipsWeights {
  const random = createRandom(seed);
  const drawn = [...lpipsShapes(net)].map(([name, shape]) => {
    if (name.endsWith('.shift')) return [name, tf.tensor(SHIFT, [...shape])] as const;
    if (name.endsWith('.scale')) return [name, tf.tensor(SCALE, [...shape])] as const;
    if (name.endsWith('.bias')) return [name, tf.zeros([...shape])] as const;
    const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
    const kernel = random.fork(name).normalTensor(shape, Math.sqrt(2 / fanIn));
    return [name, name.startsWith('lin') ? tf.abs(kernel) : kernel] as const; // the trained ones aren't negative
  });
  const weights = lpipsWeightsFrom(new Map(drawn));
  tf.dispose(drawn.map(([, tensor]) => tensor));
  return weights;
}

/** The backbone that these weights belong to. */
export function backboneOf(weights: LpipsWeights): Backbone {
  const published = (name: string) => {
    const kernel = weights[name]?.shape;
    return kernel?.length === 4 ? [kernel[3], kernel[2], kernel[0], kernel[1]] : kernel;
  };
  return BACKBONES[netOf(published, 'these weights')];
}

/** Told by the first kernel and the number of features. */
function netOf(
  shapeOf: (name: string) => readonly (number | undefined)[] | undefined,
  source: string,
): LpipsNet {
  const features = Array.from({ length: 8 }, (_, k) => shapeOf(`lin${k}.model.1.weight`)).filter(
    Boolean,
  ).length;
  const first = shapeOf('net.slice1.0.weight')?.join();
  const nets = Object.keys(BACKBONES) as LpipsNet[];
  const net = nets.find(
    (name) =>
      BACKBONES[name].length === features &&
      first ===
        shapesOf(BACKBONES[name])
          .find(([key]) => key === 'net.slice1.0.weight')?.[1]
          .join(),
  );
  if (net !== undefined) return net;
  const found = `${features} tensors linK.model.1.weight, net.slice1.0.weight [${first ?? 'missing'}]`;
  throw new PerceptualError(
    'weights',
    `${source} are LPIPS weights of none of ${nets.join(', ')}: ${found}. tools/perceptual converts the published ones.`,
  );
}

/** Every tensor, as published: kernels `[out in kh kw]`. */
function lpipsShapes(net: LpipsNet): Shapes {
  return new Map(shapesOf(BACKBONES[net]));
}

function shapesOf(backbone: Backbone): [string, readonly number[]][] {
  return [
    ['scaling_layer.shift', [1, 3, 1, 1]],
    ['scaling_layer.scale', [1, 3, 1, 1]],
    ...backbone.flatMap((layers, k) => layers.flatMap((layer) => layerShapes(`net.slice${k + 1}`, layer))),
    ...backbone.map((layers, k): [string, number[]] => [
      `lin${k}.model.1.weight`,
      [1, widthOf(layers), 1, 1],
    ]),
  ];
}

function layerShapes(slice: string, layer: Layer): [string, number[]][] {
  switch (layer.kind) {
    case 'pool':
      return [];
    case 'convolution':
      return kernelShapes(`${slice}.${layer.at}`, [layer.to, layer.from, layer.size, layer.size]);
    case 'fire': {
      const { at, from, squeeze, expand } = layer;
      return [
        ...kernelShapes(`${slice}.${at}.squeeze`, [squeeze, from, 1, 1]),
        ...kernelShapes(`${slice}.${at}.expand1x1`, [expand, squeeze, 1, 1]),
        ...kernelShapes(`${slice}.${at}.expand3x3`, [expand, squeeze, 3, 3]),
      ];
    }
  }
}

function kernelShapes(name: string, kernel: [number, number, number, number]): [string, number[]][] {
  return [
    [`${name}.weight`, kernel],
    [`${name}.bias`, [kernel[0]]],
  ];
}

/** Channels after a slice. */
function widthOf(layers: readonly Layer[]): number {
  const last = layers.at(-1);
  if (last?.kind === 'fire') return 2 * last.expand;
  return last?.kind === 'convolution' ? last.to : NaN;
}
