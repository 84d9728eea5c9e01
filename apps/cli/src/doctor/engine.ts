import type { BackendInfo, EngineInstall } from '@borealis/tensor';
import { findEngine, gpuPresent, startBackend, verifyEngine } from '@borealis/tensor';

export interface EngineExamination {
  readonly installed: EngineInstall | undefined;
  /** Whether an NVIDIA GPU is on this machine. */
  readonly gpu: boolean;
  /** Every file of the engine is what was installed; otherwise what isn't. */
  readonly verification: string;
  readonly intact: boolean;
  /** What computes; undefined where nothing starts. */
  readonly backend: BackendInfo | undefined;
  /** Why nothing starts, or why it is slow. */
  readonly notices: readonly string[];
}

/** Finds, checks and starts the engine; hashing it takes seconds. */
export async function examineEngine(): Promise<EngineExamination> {
  const installed = findEngine();
  const notices: string[] = [];
  const verification = installed === undefined ? 'not installed' : await verificationOf(installed);
  const backend = await startBackend({ onNotice: (notice) => notices.push(notice) }).catch(
    (error: unknown) => {
      notices.push(error instanceof Error ? error.message : String(error));
      return undefined;
    },
  );
  return { installed, gpu: gpuPresent(), verification, intact: verification === 'intact', backend, notices };
}

function verificationOf(engine: EngineInstall): Promise<string> {
  return verifyEngine(engine).then(
    () => 'intact',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
