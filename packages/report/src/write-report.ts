import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { renderReport } from './render-report.ts';
import type { Report } from './report.ts';

/**
 * Renders the report to `index.html` in a folder, which is made where it is missing. The page appears whole or not at
 * all: it is written beside its place, brought to disk, and renamed.
 *
 * @param options `fileName`: default `index.html`
 * @returns the page's path
 */
export async function writeReport(
  folder: string,
  report: Report,
  options: { readonly fileName?: string } = {},
): Promise<string> {
  const path = join(folder, options.fileName ?? 'index.html');
  const page = renderReport(report);
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(page, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return path;
}
