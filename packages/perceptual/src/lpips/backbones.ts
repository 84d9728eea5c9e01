/** Convolution, then ReLU. `at`: its place in torchvision's `features`, and part of its name. */
export interface ConvolutionLayer {
  readonly kind: 'convolution';
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly stride: number;
  /** Zeros around the picture. */
  readonly pad: number;
}

/** Largest of `size` × `size` values, every second one. `overhang`: the last window may reach over the edge. */
export interface PoolLayer {
  readonly kind: 'pool';
  readonly size: number;
  readonly overhang: boolean;
}

/** SqueezeNet's: 1×1 down to `squeeze` channels, then 1×1 and 3×3 beside each other up to `expand` each, all with ReLU. */
export interface FireLayer {
  readonly kind: 'fire';
  readonly at: number;
  readonly from: number;
  readonly squeeze: number;
  readonly expand: number;
}

export type Layer = ConvolutionLayer | PoolLayer | FireLayer;

/** Pictures are compared by what stands after each slice. */
export type Backbone = readonly (readonly Layer[])[];

export type LpipsNet = 'squeeze' | 'alex' | 'vgg';

const POOL: PoolLayer = { kind: 'pool', size: 3, overhang: false };
const POOL_OVER: PoolLayer = { kind: 'pool', size: 3, overhang: true };
const POOL_2: PoolLayer = { kind: 'pool', size: 2, overhang: false };

function conv(at: number, [from, to]: readonly [number, number], size = 3, stride = 1): ConvolutionLayer {
  return { kind: 'convolution', at, from, to, size, stride, pad: (size - 1) / 2 };
}

function fire(at: number, from: number, squeeze: number, expand: number): FireLayer {
  return { kind: 'fire', at, from, squeeze, expand };
}

/** The three networks of the lpips package (pretrained_networks.py), cut as it cuts them. */
export const BACKBONES: Readonly<Record<LpipsNet, Backbone>> = {
  /** SqueezeNet 1.1 */
  squeeze: [
    [{ ...conv(0, [3, 64], 3, 2), pad: 0 }],
    [POOL_OVER, fire(3, 64, 16, 64), fire(4, 128, 16, 64)],
    [POOL_OVER, fire(6, 128, 32, 128), fire(7, 256, 32, 128)],
    [POOL_OVER, fire(9, 256, 48, 192)],
    [fire(10, 384, 48, 192)],
    [fire(11, 384, 64, 256)],
    [fire(12, 512, 64, 256)],
  ],
  /** AlexNet */
  alex: [
    [{ ...conv(0, [3, 64], 11, 4), pad: 2 }],
    [POOL, conv(3, [64, 192], 5)],
    [POOL, conv(6, [192, 384])],
    [conv(8, [384, 256])],
    [conv(10, [256, 256])],
  ],
  /** VGG-16 */
  vgg: [
    [conv(0, [3, 64]), conv(2, [64, 64])],
    [POOL_2, conv(5, [64, 128]), conv(7, [128, 128])],
    [POOL_2, conv(10, [128, 256]), conv(12, [256, 256]), conv(14, [256, 256])],
    [POOL_2, conv(17, [256, 512]), conv(19, [512, 512]), conv(21, [512, 512])],
    [POOL_2, conv(24, [512, 512]), conv(26, [512, 512]), conv(28, [512, 512])],
  ],
};
