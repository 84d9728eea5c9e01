import type { Dataset, Frames, Window } from '@borealis/dataset';
import { datasetFingerprint, openDataset } from '@borealis/dataset';
import type { PredictionMode } from '@borealis/evaluator';
import { startBackend } from '@borealis/tensor';
import { CliError } from '../cli-error.ts';
import { codecOfTokens } from '../tokens/codec-of-tokens.ts';
import type { TokenCodec } from '../tokens/token-codec.ts';
import type { CompressionFigures, ScoredRecipe } from './compression-figures.ts';
import { compressionFigures, recipeInGroup } from './compression-figures.ts';
import { checkSameTokenizer, compressionWarnings } from './compression-warnings.ts';
import { rawFramesOf } from './raw-frames.ts';
import type { RoomOptions } from './segment-groups.ts';
import { segmentGroups } from './segment-groups.ts';
import { decodeRecipes, scoreRecipes } from './score-recipes.ts';
import { someWindows } from './some-windows.ts';
import type { TokenRecipe, TokenRunFacts } from './token-recipe.ts';
import { checkComparable, loadTokenRecipe, runNames } from './token-recipe.ts';
import type { PicturedWindow, PictureOptions } from './window-pictures.ts';
import { pictureWindows } from './window-pictures.ts';

export interface EvaluateCompressionOptions {
  /** Tokens that are predicted. */
  readonly data: string;
  /** Tokens that the baselines are fitted on; without them there are no baselines. */
  readonly training?: string;
  /** Runs or model folders: several are one recipe with other seeds. */
  readonly runs: readonly string[];
  /** Those of another recipe, to be compared with `runs`. */
  readonly versus: readonly string[];
  /** Score `runs` with the states of another segment, too. */
  readonly shuffleStates: boolean;
  readonly modes: readonly PredictionMode[];
  /** At most so many windows, evenly spread. Default: all. */
  readonly windows?: number;
  /** Figures of known and of new rooms apart. */
  readonly rooms?: RoomOptions;
  /** What the tokens were made with; default: what lies beside them. Without one, no frames are decoded. */
  readonly tokenizer?: string;
  /** The raw data that the tokens were made of; without it, decoded true tokens count as the truth. */
  readonly video?: string;
  /** Default: none. */
  readonly pictures?: PictureOptions;
  readonly onProgress: (message: string) => void;
}

/** What decoded frames are compared with. */
export type FrameTruth = 'video' | 'decoded true tokens';

export interface CompressionEvaluation {
  readonly all: CompressionFigures;
  readonly groups: readonly CompressionFigures[];
  readonly frameTruth?: FrameTruth;
  readonly runs: readonly TokenRunFacts[];
  /** SHA-256: fingerprints of the data, content hash of the tokenizer. */
  readonly hashes: {
    readonly data: string;
    readonly training?: string;
    readonly video?: string;
    readonly tokenizer?: string;
  };
  /** What a reader must know of the figures. */
  readonly warnings: readonly string[];
}

export interface EvaluatedCompression {
  readonly evaluation: CompressionEvaluation;
  readonly pictured: readonly PicturedWindow[];
}

/** `borealis evaluate compression`. */
export async function evaluateCompression(
  options: EvaluateCompressionOptions,
): Promise<EvaluatedCompression> {
  if (options.modes.length === 0) throw new CliError('invalid-option', 'no mode was given: --mode');
  await startBackend();
  const opened: { close(): Promise<void> }[] = [];
  const open = async (dir: string): Promise<Dataset> => {
    const dataset = await openDataset(dir);
    opened.push(dataset);
    return dataset;
  };
  const held: { dispose(): void }[] = [];
  const hold = <Held extends { dispose(): void }>(item: Held): Held => {
    held.push(item);
    return item;
  };
  try {
    const data = await open(options.data);
    const training = options.training === undefined ? undefined : await open(options.training);
    const video = options.video === undefined ? undefined : await open(options.video);
    if (training !== undefined) checkSameTokenizer(data, training);
    const nameOf = runNames([...options.runs, ...options.versus]);
    const own = hold(await loadTokenRecipe(options.runs, nameOf));
    const versus = hold(await loadTokenRecipe(options.versus, nameOf));
    const codec = await codecOfTokens(data, options.tokenizer);
    if (codec !== undefined) hold(codec);
    else if (video !== undefined)
      throw new CliError('invalid-option', '--video needs what the tokens were made with: --tokenizer FILE');
    return await evaluate(options, { data, training, video, own, versus, codec });
  } finally {
    for (const item of held) item.dispose();
    for (const dataset of opened) await dataset.close();
  }
}

interface Subjects {
  readonly data: Dataset;
  readonly training: Dataset | undefined;
  readonly video: Dataset | undefined;
  readonly own: TokenRecipe;
  readonly versus: TokenRecipe;
  readonly codec: TokenCodec | undefined;
}

async function evaluate(
  options: EvaluateCompressionOptions,
  subjects: Subjects,
): Promise<EvaluatedCompression> {
  const { data, training, video, own, versus, codec } = subjects;
  const { onProgress } = options;
  const first = checkComparable([own, versus]);
  const { contextGrids, grids } = first.predictor;
  const windows = someWindows(data.windows(first.spec), options.windows ?? Infinity);
  if (windows.count === 0)
    throw new CliError('nothing-to-evaluate', `${data.dir} has no window of ${first.spec.frames} frames`);
  const groups = options.rooms === undefined ? [] : await segmentGroups(data, options.rooms, video);
  const framesOf = await truthOf(subjects);

  const recipes = await scoreRecipes({ ...options, training, own, versus, windows });
  const decoding =
    codec === undefined || framesOf === undefined
      ? undefined
      : { decoder: codec, framesOf, windows, contextGrids, grids, ceiling: video !== undefined };
  const [scoredOwn, ...others] =
    decoding === undefined ? recipes : await decodeRecipes(recipes, { ...decoding, onProgress });
  if (scoredOwn === undefined) throw new Error('nothing was scored');

  onProgress('bootstrapping intervals');
  const figures = (name: string, some: (recipe: ScoredRecipe) => ScoredRecipe) =>
    compressionFigures(name, some(scoredOwn), others.map(some));
  const all = figures('all windows', (recipe) => recipe);
  const present = new Set(scoredOwn.scores[0]?.grids.map(({ segment }) => segment));
  const runs = [...own.runs, ...versus.runs].map(({ facts }) => facts);
  const hashes = {
    data: await datasetFingerprint(data),
    ...(training === undefined ? {} : { training: await datasetFingerprint(training) }),
    ...(video === undefined ? {} : { video: await datasetFingerprint(video) }),
    ...(codec === undefined ? {} : { tokenizer: codec.hash }),
  };
  const evaluation: CompressionEvaluation = {
    all,
    groups: groups
      .filter(({ segments }) => [...segments].some((segment) => present.has(segment)))
      .map((group) => figures(group.name, (recipe) => recipeInGroup(recipe, group))),
    ...(decoding === undefined ? {} : { frameTruth: video === undefined ? 'decoded true tokens' : 'video' }),
    ...{ runs, hashes, warnings: compressionWarnings(runs, hashes) },
  };
  if (options.pictures === undefined || decoding === undefined) return { evaluation, pictured: [] };
  onProgress('drawing');
  const copy = others.find(({ name }) => name === 'copy');
  const pictured = await pictureWindows({ ...options.pictures, ...decoding, own: scoredOwn, copy, groups });
  return { evaluation, pictured };
}

/** The frames that decoded ones are compared with: the camera's, else what the true tokens decode to. */
async function truthOf({
  data,
  video,
  codec,
}: Subjects): Promise<((window: Window) => Promise<Frames>) | undefined> {
  if (video !== undefined) return rawFramesOf(data, video);
  if (codec === undefined) return undefined;
  return ({ tokens }) => codec.decode(tokens ?? { data: new Int32Array(), count: 0, height: 0, width: 0 });
}
