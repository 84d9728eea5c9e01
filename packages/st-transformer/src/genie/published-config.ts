import { z } from 'zod';
import { StTransformerError } from '../errors.ts';
import type { GenieConfig } from './genie-config.ts';
import { genieConfigSchema } from './genie-config.ts';

/** `config.json` beside a published checkpoint, with the defaults of 1xgpt genie/config.py; other keys are left alone. */
const publishedSchema = z.object({
  num_layers: z.int(),
  num_heads: z.int(),
  d_model: z.int(),
  T: z.int().default(16),
  S: z.int().default(256),
  image_vocab_size: z.int().default(262_144),
  use_mup: z.boolean().default(false),
  num_factored_vocabs: z.int().default(1),
  max_corrupt_rate: z.number().default(0.2),
  non_mlm_ratio: z.number().default(0.5),
  num_prompt_frames: z.int().default(8),
  qkv_bias: z.boolean().default(false),
  proj_bias: z.boolean().default(true),
  qk_norm: z.boolean().default(true),
  mlp_ratio: z.number().default(4),
  mlp_bias: z.boolean().default(true),
});

/**
 * The configuration of a published GENIE checkpoint. Its dropouts are left out: they only train.
 *
 * @param json `config.json`, parsed
 * @throws StTransformerError `CONFIG`
 */
export function genieConfigOf(json: unknown): GenieConfig {
  const parsed = publishedSchema.safeParse(json);
  if (!parsed.success) throw bad(parsed.error);
  const c = parsed.data;
  const config = genieConfigSchema.safeParse({
    dim: c.d_model,
    layers: c.num_layers,
    heads: c.num_heads,
    mlpRatio: c.mlp_ratio,
    places: c.S,
    timeSteps: c.T,
    codes: c.image_vocab_size,
    digits: c.num_factored_vocabs,
    normalisation: c.qk_norm ? 'qk' : 'pre',
    qkvBias: c.qkv_bias,
    projBias: c.proj_bias,
    mlpBias: c.mlp_bias,
    mup: c.use_mup,
    maxCorruptRate: c.max_corrupt_rate,
    lateMaskRatio: c.non_mlm_ratio,
    promptGrids: Math.min(c.num_prompt_frames, c.T - 1),
  });
  if (!config.success) throw bad(config.error);
  return config.data;
}

function bad(error: z.ZodError): StTransformerError {
  return new StTransformerError(
    'CONFIG',
    `this is no config.json of a 1xgpt GENIE checkpoint:\n${z.prettifyError(error)}`,
  );
}
