import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asBigInt64, asFloat32, asFloat64, readSafetensors } from '@borealis/safetensors';
import type { TensorData } from '@borealis/safetensors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crossEntropy, crossEntropyGradient } from './cross-entropy.ts';
import { logSoftmax } from './log-softmax.ts';
import { meanSquaredError } from './mean-squared-error.ts';
import { multiScaleSsim } from './ms-ssim.ts';
import type { Pictures } from './pictures.ts';
import { psnr } from './psnr.ts';
import { ssim } from './ssim.ts';
import { topK } from './top-k.ts';

/** Every output of the reference vectors in tests/goldens/metrics.safetensors, held to tolerances.json. */
const folder = new URL('../../../tests/goldens/', import.meta.url);
const rules: { files: { metrics: [string, number, number][] } } = JSON.parse(
  readFileSync(new URL('tolerances.json', folder), 'utf8'),
);

const checked = new Set<string>();
let tensors: Map<string, TensorData> = new Map();
beforeAll(async () => {
  ({ tensors } = await readSafetensors(fileURLToPath(new URL('metrics.safetensors', folder))));
});

function tensor(name: string): TensorData {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`the goldens have no ${name}`);
  return found;
}

function numbers(name: string): Float64Array {
  const found = tensor(name);
  if (found.dtype === 'I64') return Float64Array.from(asBigInt64(found), Number);
  return found.dtype === 'F64' ? asFloat64(found) : Float64Array.from(asFloat32(found));
}

function expectClose(name: string, got: ArrayLike<number>): void {
  const full = `outputs.${name}`;
  const want = numbers(full);
  expect(got.length, full).toBe(want.length);
  const integers = tensor(full).dtype === 'I64';
  const [, atol, rtol] = rules.files.metrics.find(([pattern]) => new RegExp(pattern).test(full)) ?? [
    '',
    0,
    0,
  ];
  let [worst, largest] = [0, 0];
  want.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - (got[i] ?? NaN)));
    largest = Math.max(largest, Math.abs(value));
    if (Number.isNaN(got[i])) worst = NaN;
  });
  expect(worst, `${full}: largest difference`).toBeLessThanOrEqual(integers ? 0 : atol + rtol * largest);
  checked.add(full);
}

/** The picture as values in [0, 1]. */
function picture(name: string): Pictures {
  const found = tensor(`inputs.${name}`);
  const [height = 0, width = 0, channels = 0] = found.shape;
  const data =
    found.dtype === 'U8'
      ? Float64Array.from(found.data, (v) => v / 255)
      : Float64Array.from(asFloat32(found));
  return { data, height, width, channels };
}

describe.each(['random', 'structured', 'large'])('picture pair %s', (pair) => {
  it('has the references’ PSNR and MSE', () => {
    const [target, predicted] = [picture(`${pair}.a`).data, picture(`${pair}.b`).data];
    expectClose(`${pair}.mse`, [meanSquaredError(predicted, target)]);
    expectClose(`${pair}.psnr`, [psnr(predicted, target, { peak: 1 })]);
    expectClose(`${pair}.psnr_torchmetrics`, [psnr(predicted, target, { peak: 1 })]);
  });

  it('has both libraries’ SSIM', () => {
    const [target, predicted] = [picture(`${pair}.a`), picture(`${pair}.b`)];
    const skimage = ssim(predicted, target, { dataRange: 1 });
    expectClose(`${pair}.ssim_skimage`, [skimage.mean]);
    if (tensors.has(`outputs.${pair}.ssim_skimage_map`)) expectClose(`${pair}.ssim_skimage_map`, skimage.map);
    const form = 'torchmetrics';
    expectClose(`${pair}.ssim_torchmetrics`, [ssim(predicted, target, { dataRange: 1, form }).mean]);
    expectClose(`${pair}.ssim_torchmetrics_default`, [
      ssim(predicted, target, { dataRange: 'from-images', form }).mean,
    ]);
  });

  it('has torchmetrics’ MS-SSIM where the picture is large enough, and refuses it elsewhere', () => {
    const [target, predicted] = [picture(`${pair}.a`), picture(`${pair}.b`)];
    if (tensors.has(`outputs.${pair}.ms_ssim_torchmetrics`)) {
      expectClose(`${pair}.ms_ssim_torchmetrics`, [multiScaleSsim(predicted, target, { dataRange: 1 }).mean]);
    } else {
      expect(() => multiScaleSsim(predicted, target, { dataRange: 1 })).toThrow(/at least 176 pixels/);
    }
  });
});

it('gives bytes the same scores as value / 255', () => {
  const bytes = (name: string): Pictures => ({ ...picture(name), data: tensor(`inputs.${name}`).data });
  const [target, predicted] = [bytes('large.a'), bytes('large.b')];
  expectClose('large.psnr', [psnr(predicted.data, target.data)]);
  expectClose('large.ssim_skimage', [ssim(predicted, target).mean]);
  expectClose('large.ms_ssim_torchmetrics', [multiScaleSsim(predicted, target).mean]);
});

describe('cross-entropy', () => {
  const rows = () => ({
    values: asFloat32(tensor('inputs.ce.logits')),
    classes: tensor('inputs.ce.logits').shape[1] ?? 0,
  });
  const targets = (name: string) => Int32Array.from(asBigInt64(tensor(`inputs.ce.${name}`)), Number);

  it('has torch’s values, ignored rows and gradient', () => {
    const all = crossEntropy(rows(), targets('target'));
    expectClose('ce.mean', [all.mean]);
    expectClose('ce.per_row', all.perRow);
    expectClose('ce.mean_ignoring', [crossEntropy(rows(), targets('target_ignoring')).mean]);
    expectClose('ce.log_softmax', logSoftmax(rows()));
    expectClose('ce.grad_logits', crossEntropyGradient(rows(), targets('target')));
  });

  it('has torch’s top k', () => {
    const [, k = 0] = tensor('outputs.ce.topk_indices').shape;
    const top = topK(rows(), k);
    expectClose('ce.topk_values', top.values);
    expectClose('ce.topk_indices', top.indices);
  });
});

afterAll(() => {
  const missed = [...tensors.keys()].filter((name) => name.startsWith('outputs.') && !checked.has(name));
  expect(missed, 'golden outputs that no test looked at').toEqual([]);
});
