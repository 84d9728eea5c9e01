/** Eight digits, so that folders list in order up to 99,999,999 steps; beyond that names grow longer. */
const DIGITS = 8;

export function stepFolderName(step: number): string {
  return `step-${String(step).padStart(DIGITS, '0')}`;
}

/** The step of a checkpoint's folder, undefined for any other name. */
export function stepOfFolder(name: string): number | undefined {
  const step = Number(/^step-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(step) && stepFolderName(step) === name ? step : undefined;
}

/** Why a folder that is no checkpoint stands beside them. */
export type WorkKind = 'tmp' | 'replaced' | 'removed';

export interface WorkFolder {
  readonly step: number;
  readonly kind: WorkKind;
  readonly owner: string;
}

/** Name of a folder that a writer works with: `step-00001200.tmp-<owner>-<number>`. */
export function workFolderName(folder: WorkFolder, serial: number): string {
  return `${stepFolderName(folder.step)}.${folder.kind}-${folder.owner}-${serial}`;
}

export function parseWorkFolderName(name: string): WorkFolder | undefined {
  const [, stepName, kind, owner] = /^(step-\d+)\.(tmp|replaced|removed)-(.+)-\d+$/.exec(name) ?? [];
  const step = stepOfFolder(stepName ?? '');
  if (step === undefined || owner === undefined) return undefined;
  if (kind !== 'tmp' && kind !== 'replaced' && kind !== 'removed') return undefined;
  return { step, kind, owner };
}
