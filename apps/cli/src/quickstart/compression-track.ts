import { rm } from 'node:fs/promises';
import type { Dataset } from '@borealis/dataset';
import { openDataset } from '@borealis/dataset';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import type { EvaluatedCompression } from '../evaluate/compression.ts';
import { evaluateCompression } from '../evaluate/compression.ts';
import { loadTokenizer } from '../tokens/load-tokenizer.ts';
import { blockFsqCodec } from '../tokens/token-codec.ts';
import { tokenizeDataset } from '../tokens/tokenize-dataset.ts';
import type { Tell } from '../progress/stage-progress.ts';
import type { Start } from './start.ts';
import type { TokenizerResult } from './tokenizer-stage.ts';
import { fitTokenizerStage, takeTokenizerStage } from './tokenizer-stage.ts';
import { trainTokenModel } from './train-token-model.ts';
import type { TrainingResult } from './training-stage.ts';

export interface CompressionTrack extends EvaluatedCompression {
  readonly tokenizer: TokenizerResult;
  readonly training: TrainingResult;
  /** Folder of the training run, and the tokenizer's weights. */
  readonly run: string;
  readonly tokenizerPath: string;
}

/** Decoded frames kept of each video: fitting and tokenizing at several offsets pass over them seven times. */
const FRAME_CACHE = 128 << 20;

/** A tokenizer, tokens, a trained ST-transformer, and how well it predicts: stage by stage. */
export async function compressionTrack(start: Start): Promise<CompressionTrack> {
  const { at, stage, beginning, plan, tellOrStop } = start;
  const tokenizerPath = at('tokenizer.safetensors');
  const tokens = { training: at('tokens/train'), validation: at('tokens/val') };
  const run = at('st-transformer');
  const open = (dir: string) => openDataset(dir, { cacheBytesPerVideo: FRAME_CACHE });
  const [training, validation] = [await open(start.training), await open(start.validation)];
  try {
    const tokenizer = await stage<TokenizerResult>('tokenizer', (tell) =>
      beginning === 'scratch'
        ? fitTokenizerStage(
            { training, validation },
            { path: tokenizerPath, maxClips: plan.tokens.tokenizerClips },
            tell,
          )
        : takeTokenizerStage(validation, tokenizerPath, tell),
    );
    await stage('tokens', async (tell) => {
      const weights = await loadTokenizer(tokenizerPath);
      const { offsets } = plan.tokens.learning[beginning];
      await tokenize(training, weights, { dir: tokens.training, offsets }, tell);
      await tokenize(validation, weights, { dir: tokens.validation, offsets: [0] }, tell);
    });
    const trained = await trainTokenModel(start, { tokens, run });
    const evaluated = await stage('compression', (tell) =>
      evaluateCompression({
        ...{ data: tokens.validation, training: tokens.training, runs: [run], versus: [] },
        tokenizer: tokenizerPath,
        ...{ shuffleStates: true, modes: ['teacher-forced', 'autoregressive'] },
        ...{ video: start.validation, ...plan.compression, onProgress: tellOrStop(tell) },
      }),
    );
    return { ...evaluated, tokenizer, training: trained, run, tokenizerPath };
  } finally {
    await training.close();
    await validation.close();
  }
}

/** Tokens of a split; what an interrupted start has left is thrown away. */
async function tokenize(
  dataset: Dataset,
  weights: BlockFsqWeights,
  { dir, offsets }: { readonly dir: string; readonly offsets: readonly number[] },
  onProgress: Tell,
): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await tokenizeDataset({ dataset, codec: blockFsqCodec(weights), dir, offsets, onProgress });
}
