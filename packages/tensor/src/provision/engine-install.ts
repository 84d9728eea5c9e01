/** Where the native library comes from: the wheel on PyPI, or what tfjs-node's own installer fetches. */
export type EngineSource = 'pypi' | 'tfjs';

export type EngineFlavour = 'cpu' | 'cuda';

/** An engine in the cache, ready to be loaded. */
export interface EngineInstall {
  /** Absolute path of the Node addon. */
  readonly addonPath: string;
  readonly tensorflowVersion: string;
  readonly flavour: EngineFlavour;
  readonly source: EngineSource;
  /** Whether the addon holds our C++ extension (compiled functions, collectives, memory statistics). */
  readonly hasExtension: boolean;
  /** Absolute path of the folder that holds TensorFlow's shared libraries. */
  readonly libraryDirectory: string;
  /** Absolute path of the folder in the cache that holds the addon and its record, `engine.json`. */
  readonly directory: string;
}

export type ProvisionStep = 'wait' | 'download' | 'unpack' | 'compile' | 'install' | 'done';

export interface ProvisionProgress {
  readonly step: ProvisionStep;
  readonly message: string;
  /** Bytes done and to do, where they are known. */
  readonly bytes?: number;
  readonly totalBytes?: number;
}

export interface EngineChoice {
  readonly source?: EngineSource;
  readonly flavour?: EngineFlavour;
}

export interface ProvisionOptions extends EngineChoice {
  readonly onProgress?: (progress: ProvisionProgress) => void;
}
