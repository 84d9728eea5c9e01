/** What a parameter is before training. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  /** All the same number, or normal around 0 with this deviation. */
  readonly start: { readonly constant: number } | { readonly deviation: number };
}

/** Dotted path → parameter. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** Of matrices, embeddings and positions. */
export const DEVIATION = 0.02;

export function normal(shape: readonly number[], deviation = DEVIATION): ParameterSpec {
  return { shape, start: { deviation } };
}

export function constant(shape: readonly number[], value: number): ParameterSpec {
  return { shape, start: { constant: value } };
}

/** Weight `[out in]` and bias of a linear map. */
export function affineSpecs(
  name: string,
  shape: readonly [number, number],
  deviation?: number,
): ParameterSpecs {
  return {
    [`${name}.weight`]: normal(shape, deviation),
    [`${name}.bias`]: constant([shape[0]], 0),
  };
}

/** Gain and bias of a LayerNorm. */
export function normSpecs(name: string, size: number): ParameterSpecs {
  return {
    [`${name}.weight`]: constant([size], 1),
    [`${name}.bias`]: constant([size], 0),
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
