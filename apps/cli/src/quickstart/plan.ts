/** What the quickstart does, sized for five minutes on two processor cores. */
export const plan = {
  model: 'st-transformer',
  preset: 'small',
  seed: 1,
  /** Training clips that the tokenizer is fitted on, evenly spread. */
  tokenizerClips: 120,
  /** Frames skipped before cutting: each gives training tokens of its own, since there are few for so many codes. */
  offsets: [0, 4, 8, 12],
  training: {
    steps: 240,
    batchSize: 8,
    schedule: { kind: 'warmup-cosine', peak: 2e-3, warmup: 30, floor: 0.02 },
    adamw: { beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0.05 },
    maxGradientNorm: 1,
    precision: 'f32',
    emaDecay: null,
    checkpointEvery: 40,
    evaluateEvery: 40,
  },
  validationWindows: 32,
  /** Frames from one compression window to the next, three triples: as many as five minutes allow. */
  compressionStride: 51,
  /** Frames from one sampling window to the next. */
  samplingStride: 34,
  /** Windows in films and pictures, of different segments. */
  pictured: 3,
} as const;
