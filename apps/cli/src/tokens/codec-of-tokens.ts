import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '@borealis/dataset';
import { CliError } from '../cli-error.ts';
import type { TokenCodec } from './token-codec.ts';
import { openTokenCodec } from './token-codec.ts';

/**
 * The tokenizer that a dataset's tokens were made with: the given file, or the one beside them. Undefined where there is
 * neither.
 *
 * @throws CliError `tokens` where the tokens were made with another one; what reading throws
 */
export async function codecOfTokens(tokens: Dataset, file?: string): Promise<TokenCodec | undefined> {
  const beside = join(tokens.dir, 'tokenizer.safetensors');
  const path = file ?? (existsSync(beside) ? beside : undefined);
  if (path === undefined) return undefined;
  const codec = await openTokenCodec(path);
  const made = tokens.metadata['tokenizer'];
  if (typeof made !== 'string' || made === codec.hash) return codec;
  codec.dispose();
  throw new CliError(
    'tokens',
    `${tokens.dir} was tokenized with ${made.slice(0, 12)}…, ${path} is ${codec.hash.slice(0, 12)}…: give the tokenizer that made the tokens`,
  );
}
