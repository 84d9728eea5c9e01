/**
 * Which package may import which, as the design draws it: imports point one way only. Each package.json carries
 * its tag, `scope:<name>`.
 */

/** Whoever installs one of these gets no TensorFlow. */
export const tensorflowFree = ['safetensors', 'checkpoints', 'dataset', 'metrics', 'ensemble', 'report'];

/** They know neither each other nor files nor Kafka. */
export const modelPackages = ['video-tokenizer', 'video-vae', 'dit-sampler', 'st-transformer'];

const belowModels = ['training', 'tensor', 'checkpoints', 'safetensors', 'dataset'];
const packages = [...tensorflowFree, ...modelPackages, 'tensor', 'training', 'perceptual'];

/** Package or app → what it may import, besides itself. */
const mayImport = {
  safetensors: [],
  tensor: ['safetensors'],
  perceptual: ['tensor'],
  checkpoints: ['safetensors'],
  dataset: [],
  training: ['tensor', 'checkpoints', 'safetensors', 'dataset'],
  'video-tokenizer': belowModels,
  'video-vae': [...belowModels, 'perceptual'],
  'dit-sampler': belowModels,
  'st-transformer': belowModels,
  metrics: ['dataset', 'safetensors'],
  ensemble: ['dataset', 'safetensors'],
  report: ['dataset', 'safetensors'],
  trainer: [...packages, 'evaluator'],
  evaluator: packages,
  cli: [...packages, 'trainer', 'evaluator', 'bench'],
  tests: [...packages, 'trainer', 'evaluator', 'cli'],
  bench: packages,
  results: modelPackages,
};

/** Options of the rule @nx/enforce-module-boundaries. */
export const boundaries = {
  allow: [],
  allowCircularSelfDependency: false,
  enforceBuildableLibDependency: false,
  depConstraints: Object.entries(mayImport).map(([name, others]) => ({
    sourceTag: `scope:${name}`,
    onlyDependOnLibsWithTags: [name, ...others].map((other) => `scope:${other}`),
    ...(tensorflowFree.includes(name) ? { bannedExternalImports: ['@tensorflow/*'] } : {}),
  })),
};
