import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './places.mjs';
import { ownIdentity } from './process-identity.mjs';
import { runOrThrow } from './run-child.mjs';

/**
 * The folder `node_modules` of an npm package that is installed into the cache, at once or on an earlier run. It is
 * installed into a folder of its own and renamed into place, so it is there whole or not at all.
 */
export async function cachedPackage(name, version) {
  const folder = join(cacheDirectory(), 'tools', `${name}-${version}-${process.platform}-${process.arch}`);
  const modules = join(folder, 'node_modules');
  if (existsSync(modules)) return modules;

  console.log(`Installing ${name}@${version} into ${folder}`);
  // Named after this process: the set-up of the engine removes what dead processes left.
  const { host, pid, started } = ownIdentity();
  const scratch = join(cacheDirectory(), 'tmp', [encodeURIComponent(host), pid, started, name].join('~'));
  mkdirSync(scratch, { recursive: true });
  mkdirSync(join(folder, '..'), { recursive: true });
  writeFileSync(join(scratch, 'package.json'), '{ "private": true }');
  const [npm, ...npmArgs] = npmCommand();
  const options = [
    '--prefix',
    scratch,
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--ignore-scripts=false',
  ];
  try {
    await runOrThrow(npm, [...npmArgs, 'install', ...options, `${name}@${version}`], {
      cwd: scratch,
      env: withoutNpmSettings(process.env),
    });
    try {
      renameSync(scratch, folder);
    } catch (error) {
      if (!existsSync(modules)) throw error; // another process was quicker
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return modules;
}

/** The npm that started us, else the one in PATH. */
function npmCommand() {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js') && existsSync(script) ? [process.execPath, script] : ['npm'];
}

/** npm hands its scripts the folders of this project, which would lead the inner npm back here. */
function withoutNpmSettings(environment) {
  const folders = /^npm_(config_(local_prefix|prefix|global_prefix|workspace)|package_|lifecycle_)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !folders.test(name)));
}
