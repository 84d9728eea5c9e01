import type { FramePrediction } from '@borealis/evaluator';
import { inBytes, lastFrame } from '@borealis/evaluator';
import type { Interval, SegmentValue } from '@borealis/metrics';
import { bootstrapBySegment } from '@borealis/metrics';
import type { FeatureMomentsAccumulator } from '@borealis/perceptual';
import {
  createFeatureMoments,
  createInception,
  createLpips,
  frechetDistance,
  loadInception,
  loadLpips,
} from '@borealis/perceptual';
import { namedLeaves, tf } from '@borealis/tensor';

/** Weights that the user has. */
export interface PerceptualWeights {
  /** LPIPS in safetensors. */
  readonly lpips?: string;
  /** pytorch-fid's Inception in safetensors. */
  readonly fid?: string;
}

/** How far a candidate's last frames look from the true ones. */
export interface PerceptualFigures {
  readonly name: string;
  readonly lpips?: Interval;
  /** Of all windows' last frames together: compare only numbers from equally many. */
  readonly fid?: number;
}

export interface PerceptualScores {
  add(prediction: FramePrediction): Promise<void>;
  /** In the order in which candidates first came. The Fréchet distance takes a while for each. */
  result(): PerceptualFigures[];
  dispose(): void;
}

const SEED = 1;

/** LPIPS and FID of last frames, as far as there are weights. The backend must have been started. */
export async function createPerceptualScores(weights: PerceptualWeights): Promise<PerceptualScores> {
  const lpipsWeights = weights.lpips === undefined ? undefined : await loadLpips(weights.lpips);
  const inceptionWeights = weights.fid === undefined ? undefined : await loadInception(weights.fid);
  const lpips = lpipsWeights && createLpips(lpipsWeights);
  const inception = inceptionWeights && createInception(inceptionWeights);
  const distances = new Map<string, SegmentValue[]>();
  const moments = new Map<string, FeatureMomentsAccumulator>();
  let truth: FeatureMomentsAccumulator | undefined;
  let lastWindow: number | undefined;

  return {
    async add({ number, window, name, predicted, target }) {
      const [frame, wanted] = [inBytes(lastFrame(predicted)), inBytes(lastFrame(target))];
      const values = distances.get(name) ?? [];
      distances.set(name, values);
      if (lpips !== undefined) {
        const [value = NaN] = await lpips.distances(frame, wanted);
        values.push({ segment: window.segment, value });
      }
      if (inception === undefined) return;
      const rows = await inception.features(frame);
      const own = moments.get(name) ?? createFeatureMoments(rows.width);
      moments.set(name, own);
      own.add(rows);
      if (number === lastWindow) return;
      lastWindow = number;
      truth ??= createFeatureMoments(rows.width);
      truth.add(await inception.features(wanted));
    },
    result: () => {
      const real = truth?.state();
      return [...distances].map(([name, values]) => {
        const own = moments.get(name)?.state();
        return {
          name,
          ...(values.length === 0 ? {} : { lpips: bootstrapBySegment({ values, seed: SEED }) }),
          ...(own === undefined || real === undefined ? {} : { fid: frechetDistance(own, real).distance }),
        };
      });
    },
    dispose: () => {
      lpips?.dispose();
      inception?.dispose();
      for (const held of [lpipsWeights, inceptionWeights])
        if (held !== undefined) tf.dispose(namedLeaves(held).map(([, tensor]) => tensor));
    },
  };
}
