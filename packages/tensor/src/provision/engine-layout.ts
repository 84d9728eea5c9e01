import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from './cache-directory.ts';
import { EngineError } from './engine-error.ts';

/** Where the ingredients lie. Tests put others in their place. */
export interface EngineLayout {
  readonly cache: string;
  /** Our C++ sources; the one that is compiled is `borealis.cc`, which includes the others and tfjs-node's. */
  readonly nativeDirectory: string;
  /** The npm package @tensorflow/tfjs-node-gpu. */
  readonly bindingPackage: string;
  /** The headers of the npm package node-api-headers. */
  readonly nodeHeaders: string;
  /** `linux-x64` and so on. */
  readonly platform: string;
}

export function engineLayout(environment: NodeJS.ProcessEnv = process.env): EngineLayout {
  return {
    cache: cacheDirectory(environment),
    // The same from src/provision and from dist/provision.
    nativeDirectory: fileURLToPath(new URL('../../native/', import.meta.url)),
    bindingPackage: packageFolder('@tensorflow/tfjs-node-gpu'),
    nodeHeaders: join(packageFolder('node-api-headers'), 'include'),
    platform: `${process.platform}-${process.arch}`,
  };
}

function packageFolder(name: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch (cause) {
    throw new EngineError(
      'BROKEN_PACKAGE',
      `The npm package ${name} isn't installed beside @borealis/tensor; install the dependencies again.`,
      { cause },
    );
  }
}
