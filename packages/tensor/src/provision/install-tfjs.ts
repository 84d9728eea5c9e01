import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative } from 'node:path';
import { EngineError } from './engine-error.ts';
import type { EngineFlavour } from './engine-install.ts';
import type { EngineLayout } from './engine-layout.ts';
import { RECORD_NAME, type EngineRecord } from './engine-record.ts';
import { MANIFEST_NAME, type FileRecord, type LibraryManifest, recordFile } from './library-manifest.ts';
import { lastLines, runCommand } from './run-command.ts';

/** The folder of the engine that tfjs-node's own installer fetches. */
export function tfjsFolder(layout: EngineLayout, flavour: EngineFlavour): string {
  const { version } = readPackage(layout.bindingPackage);
  const name = `tfjs-${version}-${layout.platform}-${flavour}-napi${process.versions.napi ?? ''}`;
  return join(layout.cache, 'engines', name);
}

export interface InstallTfjsOptions {
  readonly layout: EngineLayout;
  readonly flavour: EngineFlavour;
  readonly folder: string;
  readonly scratch: string;
}

/**
 * Runs tfjs-node's own installer (TensorFlow 2.9.1, CUDA 11.2; without our extension) in a copy of its package, so
 * that node_modules stays as the package manager made it.
 * @throws EngineError INSTALLER_FAILED
 */
export async function installTfjs({ layout, flavour, folder, scratch }: InstallTfjsOptions): Promise<void> {
  const into = join(scratch, 'engine');
  const copy = join(into, 'package');
  const original = realpathSync(layout.bindingPackage);
  await mkdir(into);
  await cp(original, copy, {
    recursive: true,
    filter: (path) => !/^(node_modules|deps|lib|dist|src)(\/|$)/.test(relative(original, path)),
  });

  // The copy's scripts find the package's dependencies where the original does, and its build tool by name.
  const tools = join(scratch, 'bin');
  await mkdir(tools);
  const buildTool = createRequire(join(original, 'package.json')).resolve(
    '@mapbox/node-pre-gyp/bin/node-pre-gyp',
  );
  const shim = join(tools, 'node-pre-gyp');
  await writeFile(shim, `#!/bin/sh\nexec "${process.execPath}" "${buildTool}" "$@"\n`);
  await chmod(shim, 0o755);

  const installer = ['scripts/install.js', flavour === 'cuda' ? 'gpu' : 'cpu', 'download'];
  const { status, output } = await runCommand(process.execPath, installer, {
    cwd: copy,
    environment: {
      ...process.env,
      PATH: tools + delimiter + (process.env['PATH'] ?? ''),
      NODE_PATH: [join(original, '..', '..'), join(original, 'node_modules')].join(delimiter),
    },
  });
  const addon = `package/lib/napi-v${process.versions.napi ?? ''}/tfjs_binding.node`;
  if (status !== 0 || !existsSync(join(into, addon))) {
    const why = /^.*\b(Error|ERR|E[A-Z]{4,})\b.*$/m.exec(output)?.[0].trim() ?? lastLines(output, 1);
    throw new EngineError(
      'INSTALLER_FAILED',
      `tfjs-node's own installer failed: ${why}. The engine from PyPI needs no such download: leave out the choice 'tfjs'.`,
      { output },
    );
  }

  const libraries = join(copy, 'deps', 'lib');
  const files: FileRecord[] = [];
  for (const name of (await readdir(libraries)).sort()) {
    if (!statSync(join(libraries, name)).isFile()) continue;
    files.push(await recordFile(copy, `deps/lib/${name}`));
  }
  await writeFile(join(copy, MANIFEST_NAME), JSON.stringify({ files } satisfies LibraryManifest));
  const record: EngineRecord = {
    tensorflowVersion: libraryVersion(copy),
    flavour,
    source: 'tfjs',
    hasExtension: false,
    addon: await recordFile(into, addon),
    library: 'package',
    librarySubfolder: 'deps/lib',
  };
  await writeFile(join(into, RECORD_NAME), JSON.stringify(record, null, 2), { flush: true });
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await rename(into, folder);
}

function readPackage(folder: string): { version: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
}

/** The version that the installer fetches stands in a constant of its own. */
function libraryVersion(copy: string): string {
  const source = readFileSync(join(copy, 'scripts', 'deps-constants.js'), 'utf8');
  return /LIBTENSORFLOW_VERSION = '([^']+)'/.exec(source)?.[1] ?? 'unknown';
}
