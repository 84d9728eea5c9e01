/** A convolution without bias, batch norm, ReLU, under its published name. */
export interface BasicConvolution {
  readonly name: string;
  readonly to: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: 1 | 2;
  /** `same`: zeros all around, so that the picture keeps its size; `valid`: where the kernel fits whole. */
  readonly padding: 'same' | 'valid';
}

/** What the network is made of. Run with tensors it computes; run with channel counts it tells the weights' shapes. */
export interface InceptionLayers<X> {
  convolution(x: X, layer: BasicConvolution): X;
  /** 3×3, every second one. */
  halve(x: X): X;
  /** Mean of 3×3 without what lies beyond the edge. */
  averageAround(x: X): X;
  /** Largest of 3×3. */
  largestAround(x: X): X;
  /** Beside each other, as channels. */
  join(xs: readonly X[]): X;
}

/**
 * Inception v3 (Szegedy et al. 2015) down to its last features, as FID takes it: the network of 2015-12-05, which pytorch-fid's
 * `FIDInceptionA, C, E_1, E_2` rebuild. It differs from torchvision's in how it averages, and in the last block's pooling.
 */
export function inceptionNetwork<X>(layers: InceptionLayers<X>, pictures: X): X {
  const net = convolutionsOf(layers);
  let x = net.conv(pictures, 'Conv2d_1a_3x3', 32, { kernel: [3, 3], stride: 2, padding: 'valid' });
  x = net.conv(x, 'Conv2d_2a_3x3', 32, { kernel: [3, 3], padding: 'valid' });
  x = net.conv(x, 'Conv2d_2b_3x3', 64, { kernel: [3, 3] });
  x = layers.halve(x);
  x = net.conv(x, 'Conv2d_3b_1x1', 80);
  x = net.conv(x, 'Conv2d_4a_3x3', 192, { kernel: [3, 3], padding: 'valid' });
  x = layers.halve(x);
  x = blockA(layers, x, { name: 'Mixed_5b', pooled: 32 });
  x = blockA(layers, x, { name: 'Mixed_5c', pooled: 64 });
  x = blockA(layers, x, { name: 'Mixed_5d', pooled: 64 });
  x = blockB(layers, x, { name: 'Mixed_6a' });
  x = blockC(layers, x, { name: 'Mixed_6b', inner: 128 });
  x = blockC(layers, x, { name: 'Mixed_6c', inner: 160 });
  x = blockC(layers, x, { name: 'Mixed_6d', inner: 160 });
  x = blockC(layers, x, { name: 'Mixed_6e', inner: 192 });
  x = blockD(layers, x, { name: 'Mixed_7a' });
  x = blockE(layers, x, { name: 'Mixed_7b', around: (x) => layers.averageAround(x) });
  return blockE(layers, x, { name: 'Mixed_7c', around: (x) => layers.largestAround(x) });
}

function blockA<X>(layers: InceptionLayers<X>, x: X, { name, pooled }: { name: string; pooled: number }): X {
  const { conv } = convolutionsOf(layers, name);
  const five = conv(x, 'branch5x5_1', 48);
  const three = conv(conv(x, 'branch3x3dbl_1', 64), 'branch3x3dbl_2', 96, { kernel: [3, 3] });
  return layers.join([
    conv(x, 'branch1x1', 64),
    conv(five, 'branch5x5_2', 64, { kernel: [5, 5] }),
    conv(three, 'branch3x3dbl_3', 96, { kernel: [3, 3] }),
    conv(layers.averageAround(x), 'branch_pool', pooled),
  ]);
}

/** Halves the picture. */
function blockB<X>(layers: InceptionLayers<X>, x: X, { name }: { name: string }): X {
  const { conv } = convolutionsOf(layers, name);
  const double = conv(conv(x, 'branch3x3dbl_1', 64), 'branch3x3dbl_2', 96, { kernel: [3, 3] });
  return layers.join([
    conv(x, 'branch3x3', 384, { kernel: [3, 3], ...HALVING }),
    conv(double, 'branch3x3dbl_3', 96, { kernel: [3, 3], ...HALVING }),
    layers.halve(x),
  ]);
}

function blockC<X>(layers: InceptionLayers<X>, x: X, { name, inner }: { name: string; inner: number }): X {
  const { conv } = convolutionsOf(layers, name);
  const [across, down] = [{ kernel: [1, 7] }, { kernel: [7, 1] }] as const;
  const seven = conv(conv(x, 'branch7x7_1', inner), 'branch7x7_2', inner, across);
  let double = conv(conv(x, 'branch7x7dbl_1', inner), 'branch7x7dbl_2', inner, down);
  double = conv(conv(double, 'branch7x7dbl_3', inner, across), 'branch7x7dbl_4', inner, down);
  return layers.join([
    conv(x, 'branch1x1', 192),
    conv(seven, 'branch7x7_3', 192, down),
    conv(double, 'branch7x7dbl_5', 192, across),
    conv(layers.averageAround(x), 'branch_pool', 192),
  ]);
}

/** Halves the picture. */
function blockD<X>(layers: InceptionLayers<X>, x: X, { name }: { name: string }): X {
  const { conv } = convolutionsOf(layers, name);
  let seven = conv(conv(x, 'branch7x7x3_1', 192), 'branch7x7x3_2', 192, { kernel: [1, 7] });
  seven = conv(seven, 'branch7x7x3_3', 192, { kernel: [7, 1] });
  return layers.join([
    conv(conv(x, 'branch3x3_1', 192), 'branch3x3_2', 320, { kernel: [3, 3], ...HALVING }),
    conv(seven, 'branch7x7x3_4', 192, { kernel: [3, 3], ...HALVING }),
    layers.halve(x),
  ]);
}

function blockE<X>(
  layers: InceptionLayers<X>,
  x: X,
  { name, around }: { name: string; around: (x: X) => X },
): X {
  const { conv } = convolutionsOf(layers, name);
  const [across, down] = [{ kernel: [1, 3] }, { kernel: [3, 1] }] as const;
  const three = conv(x, 'branch3x3_1', 384);
  const double = conv(conv(x, 'branch3x3dbl_1', 448), 'branch3x3dbl_2', 384, { kernel: [3, 3] });
  return layers.join([
    conv(x, 'branch1x1', 320),
    conv(three, 'branch3x3_2a', 384, across),
    conv(three, 'branch3x3_2b', 384, down),
    conv(double, 'branch3x3dbl_3a', 384, across),
    conv(double, 'branch3x3dbl_3b', 384, down),
    conv(around(x), 'branch_pool', 192),
  ]);
}

const HALVING = { stride: 2, padding: 'valid' } as const;

function convolutionsOf<X>(layers: InceptionLayers<X>, block?: string) {
  return {
    conv: (x: X, name: string, to: number, given: Partial<BasicConvolution> = {}): X =>
      layers.convolution(x, {
        kernel: [1, 1],
        stride: 1,
        padding: 'same',
        ...given,
        name: block === undefined ? name : `${block}.${name}`,
        to,
      }),
  };
}
