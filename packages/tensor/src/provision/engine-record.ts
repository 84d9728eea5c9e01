import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EngineFlavour, EngineInstall, EngineSource } from './engine-install.ts';
import { hasSize, MANIFEST_NAME, readManifest, type FileRecord } from './library-manifest.ts';

export const RECORD_NAME = 'engine.json';

/** `engine.json` in an engine's folder. Paths are relative to that folder, or absolute. */
export interface EngineRecord {
  readonly tensorflowVersion: string;
  readonly flavour: EngineFlavour;
  readonly source: EngineSource;
  readonly hasExtension: boolean;
  /** What Node loads. */
  readonly addon: FileRecord;
  /** What that opens, where it is not the whole addon itself. */
  readonly extension?: FileRecord;
  /** The folder with the library's manifest. */
  readonly library: string;
  /** TensorFlow's shared libraries, relative to `library`. */
  readonly librarySubfolder: string;
}

/** The engine in this folder, or undefined where there is none or a file has another size than it had. */
export function readEngine(directory: string): EngineInstall | undefined {
  const path = join(directory, RECORD_NAME);
  if (!existsSync(path)) return undefined;
  const record = JSON.parse(readFileSync(path, 'utf8')) as EngineRecord;
  const library = resolve(directory, record.library);
  const { addon, extension } = record;
  if (!hasSize(directory, addon) || (extension !== undefined && !hasSize(directory, extension)))
    return undefined;
  if (!existsSync(join(library, MANIFEST_NAME))) return undefined;
  if (!readManifest(library).files.every((file) => hasSize(library, file))) return undefined;
  return {
    addonPath: join(directory, addon.path),
    tensorflowVersion: record.tensorflowVersion,
    flavour: record.flavour,
    source: record.source,
    hasExtension: record.hasExtension,
    libraryDirectory: join(library, record.librarySubfolder),
    directory,
  };
}

export function readRecord(directory: string): EngineRecord {
  return JSON.parse(readFileSync(join(directory, RECORD_NAME), 'utf8')) as EngineRecord;
}
