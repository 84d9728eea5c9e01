import { createHash } from 'node:crypto';
import { z } from 'zod';

export const MANIFEST_FILE = 'manifest.json';
export const STATE_FILE = 'state.json';
export const MANIFEST_VERSION = 1;
/** Lower case only: file systems that don't tell cases apart would mix up two groups. */
const GROUP_NAME = /^[a-z][a-z0-9_-]{0,63}$/;

export function isGroupName(name: string): boolean {
  return GROUP_NAME.test(name);
}

export function groupFile(group: string): string {
  return `${group}.safetensors`;
}

const fileSchema = z.strictObject({
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifestSchema = z
  .strictObject({
    format: z.literal('borealis-checkpoint'),
    version: z.literal(MANIFEST_VERSION),
    step: z.int().nonnegative(),
    savedAt: z.iso.datetime(),
    metadata: z.record(z.string(), z.string()),
    groups: z.array(z.string().regex(GROUP_NAME)),
    files: z.record(z.string(), fileSchema),
  })
  .refine(
    ({ groups, files }) => {
      const expected = [STATE_FILE, ...groups.map(groupFile)];
      return (
        expected.length === Object.keys(files).length && expected.every((name) => Object.hasOwn(files, name))
      );
    },
    { error: 'files must be the state and one for each group' },
  );

const envelopeSchema = z.strictObject({ manifest: z.unknown(), sha256: z.string() });
const versionSchema = z.looseObject({ version: z.int() });

/** Written last: a checkpoint without one, or with one that does not check out, is no checkpoint. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = z.infer<typeof fileSchema>;

/** The manifest with a hash of itself, so that no damaged byte of it goes unseen. */
export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify({ manifest, sha256: hashOf(manifest) }, null, 2)}\n`;
}

/**
 * @returns the manifest; `unsupported` where a later version of this package wrote it
 * @throws Error that says what is wrong
 */
export function parseManifest(text: string): Manifest | { readonly unsupported: number } {
  // Hashed before any schema sees it: a schema may give its members back in another order.
  const { manifest, sha256 } = envelopeSchema.parse(JSON.parse(text));
  if (hashOf(manifest) !== sha256) throw new Error('its own hash does not match');
  const { version } = versionSchema.parse(manifest);
  if (version > MANIFEST_VERSION) return { unsupported: version };
  return manifestSchema.parse(manifest);
}

function hashOf(manifest: unknown): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}
