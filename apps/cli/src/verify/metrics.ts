import type { Pictures } from '@borealis/metrics';
import {
  crossEntropy,
  crossEntropyGradient,
  logSoftmax,
  meanSquaredError,
  multiScaleSsim,
  psnr,
  ssim,
  topK,
} from '@borealis/metrics';
import { compile, crossEntropy as tensorCrossEntropy, tf } from '@borealis/tensor';
import { asFloat32 } from '@borealis/safetensors';
import type { Golden } from './golden.ts';
import { numbersOf } from './golden.ts';
import { produce, toTensor } from './golden-tensors.ts';
import type { Produced, VerifierOptions } from './verifier.ts';

const scalar = (name: string, value: number): Produced => ({ name, shape: [], values: [value] });

/** `metrics`: @borealis/metrics, and the cross-entropy that training compiles. */
export function* verifyMetrics(golden: Golden, options: VerifierOptions): Iterable<Produced> {
  for (const name of golden.names('inputs.')) {
    if (name.endsWith('.b')) yield* pair(golden, name.slice(0, -2));
  }
  yield* crossEntropies(golden);
  yield* compiledCrossEntropy(golden, options);
}

/** `b` is the prediction, `a` the target. */
function* pair(golden: Golden, name: string): Iterable<Produced> {
  const [predicted, target] = [picture(golden, `inputs.${name}.b`), picture(golden, `inputs.${name}.a`)];
  const output = `outputs.${name}`;
  const form = 'torchmetrics';
  yield scalar(`${output}.mse`, meanSquaredError(predicted.data, target.data));
  const decibels = psnr(predicted.data, target.data, { peak: 1 });
  yield scalar(`${output}.psnr`, decibels);
  yield scalar(`${output}.psnr_torchmetrics`, decibels);
  const skimage = ssim(predicted, target, { dataRange: 1 });
  yield scalar(`${output}.ssim_skimage`, skimage.mean);
  yield {
    name: `${output}.ssim_skimage_map`,
    shape: golden.tensor(`inputs.${name}.a`).shape,
    values: skimage.map,
  };
  yield scalar(`${output}.ssim_torchmetrics`, ssim(predicted, target, { dataRange: 1, form }).mean);
  yield scalar(
    `${output}.ssim_torchmetrics_default`,
    ssim(predicted, target, { dataRange: 'from-images', form }).mean,
  );
  // Pictures below 176 pixels have none.
  if (golden.has(`${output}.ms_ssim_torchmetrics`))
    yield scalar(`${output}.ms_ssim_torchmetrics`, multiScaleSsim(predicted, target, { dataRange: 1 }).mean);
}

/** `[h w c]` in [0, 1]; a byte stands for value / 255. */
function picture(golden: Golden, name: string): Pictures {
  const stored = golden.tensor(name);
  const [height = 0, width = 0, channels = 0] = stored.shape;
  const values = numbersOf(stored);
  const data = stored.dtype === 'U8' ? values.map((value) => value / 255) : values;
  return { data, height, width, channels };
}

function* crossEntropies(golden: Golden): Iterable<Produced> {
  const logits = golden.tensor('inputs.ce.logits');
  const [count = 0, classes = 0] = logits.shape;
  const rows = { values: asFloat32(logits), classes };
  const targets = (name: string) => Int32Array.from(numbersOf(golden.tensor(`inputs.ce.${name}`)));
  const all = crossEntropy(rows, targets('target'));
  yield scalar('outputs.ce.mean', all.mean);
  yield { name: 'outputs.ce.per_row', shape: [count], values: all.perRow };
  yield scalar('outputs.ce.mean_ignoring', crossEntropy(rows, targets('target_ignoring')).mean);
  yield { name: 'outputs.ce.log_softmax', shape: [count, classes], values: logSoftmax(rows) };
  const gradient = crossEntropyGradient(rows, targets('target'));
  yield { name: 'outputs.ce.grad_logits', shape: [count, classes], values: gradient };
  const k = golden.tensor('outputs.ce.topk_indices').shape[1] ?? 0;
  const top = topK(rows, k);
  yield { name: 'outputs.ce.topk_values', shape: [count, k], values: top.values };
  yield { name: 'outputs.ce.topk_indices', shape: [count, k], values: top.indices };
}

function* compiledCrossEntropy(golden: Golden, { precision }: VerifierOptions): Iterable<Produced> {
  const run = compile(
    (logits: tf.Tensor, targets: tf.Tensor) => {
      const mean = (logits: tf.Tensor) => tf.mean(tensorCrossEntropy(logits, targets));
      return {
        per_row: tensorCrossEntropy(logits, targets),
        mean: mean(logits),
        grad_logits: tf.grad(mean)(logits),
      };
    },
    { name: 'metrics_cross_entropy', precision },
  );
  const logits = toTensor(golden.tensor('inputs.ce.logits'));
  const targets = toTensor(golden.tensor('inputs.ce.target'));
  const outputs = run(logits, targets);
  tf.dispose([logits, targets]);
  run.dispose();
  for (const [name, output] of Object.entries(outputs))
    yield produce(`outputs.ce.${name}`, output, 'compiled');
}
