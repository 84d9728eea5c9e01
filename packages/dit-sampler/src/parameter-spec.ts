/** What a parameter is before training. */
export interface ParameterSpec {
  /** As held in memory: convolution kernels `[…window in out]`, linear weights `[out in]`. */
  readonly shape: readonly number[];
  /** All the same number, normal around 0 with this deviation, or uniform up to this bound on both sides. */
  readonly start: { readonly constant: number } | { readonly deviation: number } | { readonly bound: number };
  /** A convolution's kernel: published as `[out in …window]`. */
  readonly kernel?: true;
}

/** Dotted path → parameter. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

export function normal(shape: readonly number[], deviation: number): ParameterSpec {
  return { shape, start: { deviation } };
}

export function constant(shape: readonly number[], value: number): ParameterSpec {
  return { shape, start: { constant: value } };
}

/** Weight `[out in]`, uniform with the variance that keeps the stream's (Glorot and Bengio 2010), and bias. */
export function affineSpecs(name: string, [out, into]: readonly [number, number]): ParameterSpecs {
  return {
    [`${name}.weight`]: { shape: [out, into], start: { bound: Math.sqrt(6 / (out + into)) } },
    [`${name}.bias`]: constant([out], 0),
  };
}

/** Kernel `[…window in out]` and bias of a convolution, drawn as those of a linear map over the window. */
export function convolutionSpecs(name: string, shape: readonly number[]): ParameterSpecs {
  const out = shape.at(-1) ?? 0;
  const into = sizeOf(shape) / out;
  return {
    [`${name}.weight`]: { shape, start: { bound: Math.sqrt(6 / (out + into)) }, kernel: true },
    [`${name}.bias`]: constant([out], 0),
  };
}

/** The same parameters one level deeper. */
export function under(path: string, specs: ParameterSpecs): ParameterSpecs {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [`${path}.${name}`, spec]));
}

/** How many numbers a tensor of this shape holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
