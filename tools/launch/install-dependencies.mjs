import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { PNPM_VERSION } from './pins.mjs';
import { cacheDirectory, ROOT } from './places.mjs';
import { runOrThrow } from './run-child.mjs';

const STAMP = join(ROOT, 'node_modules', '.borealis-installed');

/** `pnpm install --frozen-lockfile`, where what it reads changed since it last came to its end. */
export async function installDependencies(pnpm) {
  if (isInstalled()) return;
  const checkout = createHash('sha256').update(ROOT).digest('hex').slice(0, 12);
  await withLock(join(cacheDirectory(), 'locks', `checkout-${checkout}`), async () => {
    if (isInstalled()) return;
    console.log('Installing the dependencies');
    rmSync(STAMP, { force: true }); // an interrupted install must not look like a finished one
    const args = ['install', '--frozen-lockfile', '--config.confirmModulesPurge=false'];
    await runOrThrow(pnpm, args, { cwd: ROOT });
    writeFileSync(STAMP, fingerprint());
  });
}

function isInstalled() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

/** Digest of all that decides what gets installed. */
function fingerprint() {
  const hash = createHash('sha256').update(`${PNPM_VERSION} ${process.versions.modules} ${ROOT}`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', 'tests/package.json'];
  for (const group of ['packages', 'apps', 'tools']) {
    for (const name of readdirSync(join(ROOT, group)).sort()) files.push(`${group}/${name}/package.json`);
  }
  for (const file of files) {
    if (existsSync(join(ROOT, file))) hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}
