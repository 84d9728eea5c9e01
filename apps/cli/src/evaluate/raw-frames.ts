import type { Dataset, Frames, Window } from '@borealis/dataset';
import { CliError } from '../cli-error.ts';
import { tokenSources } from '../tokens/token-sources.ts';

/** Side of the pixels that a code stands for. */
const BLOCK = 8;

/**
 * What the camera saw of windows of tokens, read from the raw data that the tokens were made of.
 *
 * @throws CliError `tokens` where tokens don't say where they come from, or come from other pictures
 */
export async function rawFramesOf(
  tokens: Dataset,
  raw: Dataset,
): Promise<(window: Window) => Promise<Frames>> {
  const sources = await tokenSources(tokens);
  if (sources === undefined) {
    throw new CliError(
      'tokens',
      `${tokens.dir} has no sources.json, which says what frames its tokens stand for: tokenize the raw data with \`borealis data tokenize\``,
    );
  }
  const [, height = 0, width = 0] = tokens.tokenShape ?? [];
  const size = raw.frameSize;
  if (size?.height !== height * BLOCK || size.width !== width * BLOCK) {
    const has = size === undefined ? 'no video' : `frames of ${size.width} × ${size.height}`;
    throw new CliError(
      'tokens',
      `${raw.dir} holds ${has}; tokens of ${height} × ${width} stand for ${width * BLOCK} × ${height * BLOCK}`,
    );
  }
  return ({ segment, start, frameCount }) => {
    const source = sources[segment];
    const first = tokens.segments[segment]?.start;
    if (source === undefined || first === undefined)
      throw new CliError('tokens', `${tokens.dir}: sources.json doesn't tell of segment ${segment}`);
    return raw.readFrames(source.shard, source.start + start - first, frameCount);
  };
}
