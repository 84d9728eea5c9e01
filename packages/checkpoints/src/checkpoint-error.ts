/** Every way in which this package refuses something. The list is closed: a new one is a new minor version. */
export type CheckpointErrorCode =
  | 'invalid-step'
  | 'invalid-group'
  | 'invalid-state'
  | 'invalid-metadata'
  | 'invalid-retention'
  | 'not-found'
  | 'damaged'
  | 'none-usable'
  | 'unsupported-version'
  | 'missing-group'
  | 'state-mismatch';

export interface CheckpointErrorFields {
  /** Where the checkpoints lie: a folder. */
  readonly location?: string | undefined;
  readonly step?: number | undefined;
  /** Name of the file inside the checkpoint. */
  readonly file?: string | undefined;
  readonly cause?: unknown;
}

/** What this package throws, except for the operating system's own errors (`ENOSPC`, `EACCES`, …), which pass through. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly code: CheckpointErrorCode;
  readonly location: string | undefined;
  readonly step: number | undefined;
  readonly file: string | undefined;

  constructor(code: CheckpointErrorCode, message: string, fields: CheckpointErrorFields = {}) {
    const where = [
      fields.location,
      fields.step === undefined ? undefined : `step ${fields.step}`,
      fields.file,
    ].filter((part) => part !== undefined);
    const prefix = where.length === 0 ? '' : `${where.join(', ')}: `;
    super(prefix + message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.location = fields.location;
    this.step = fields.step;
    this.file = fields.file;
  }
}
