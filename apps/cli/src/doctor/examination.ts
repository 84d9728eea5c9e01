import { constrainedMemory } from 'node:process';
import { totalmem } from 'node:os';
import { cacheDirectory, findPrerequisites } from '@borealis/tensor';
import type { Cpu } from './cpu.ts';
import { examineCpu } from './cpu.ts';
import type { EngineExamination } from './engine.ts';
import { examineEngine } from './engine.ts';
import { findingsOf } from './findings.ts';
import type { Finding } from './findings.ts';
import { folderSize } from './folder-size.ts';
import type { Program } from './programs.ts';
import { programVersions } from './programs.ts';

/** What this machine has for Borealis, and what it lacks. */
export interface Examination {
  readonly node: string;
  readonly platform: string;
  readonly cpu: Cpu;
  /** What this process may use, in bytes. */
  readonly memory: number;
  readonly engine: EngineExamination;
  readonly programs: Readonly<Record<Program, string | null>>;
  readonly cache: { readonly folder: string; readonly bytes: number };
  readonly findings: readonly Finding[];
}

export async function examine(): Promise<Examination> {
  const folder = cacheDirectory();
  const engine = await examineEngine();
  const [cpu, programs, bytes, prerequisites] = await Promise.all([
    examineCpu(),
    programVersions(),
    folderSize(folder),
    findPrerequisites().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    ),
  ]);
  const node = process.versions.node;
  return {
    node,
    platform: `${process.platform} ${process.arch}`,
    cpu,
    memory: Math.min(totalmem(), constrainedMemory() || Infinity),
    engine,
    programs,
    cache: { folder, bytes },
    findings: findingsOf({ node, engine, programs, prerequisites }),
  };
}
