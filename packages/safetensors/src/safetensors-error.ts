/** Every way in which this package refuses something. The list is closed: a new one is a new minor version. */
export type SafetensorsErrorCode =
  | 'file-too-short'
  | 'header-length'
  | 'header-not-utf8'
  | 'header-not-json'
  | 'duplicate-key'
  | 'invalid-metadata'
  | 'invalid-name'
  | 'invalid-tensor-info'
  | 'unknown-dtype'
  | 'size-overflow'
  | 'size-mismatch'
  | 'offset-mismatch'
  | 'data-length'
  | 'truncated'
  | 'changed'
  | 'closed'
  | 'unknown-tensor'
  | 'out-of-range'
  | 'wrong-dtype'
  | 'invalid-index'
  | 'missing-shard'
  | 'missing-tensor'
  | 'wrong-data-size'
  | 'invalid-sharding';

export interface SafetensorsErrorFields {
  /** Path of the file concerned. */
  readonly file?: string | undefined;
  /** Name of the tensor concerned. */
  readonly tensor?: string | undefined;
  /** Position in the file, in bytes from its beginning. */
  readonly byte?: number | undefined;
  readonly cause?: unknown;
}

/** What this package throws, except for the operating system's own errors (`ENOENT`, `ENOSPC`, …), which pass through. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
  readonly code: SafetensorsErrorCode;
  readonly file: string | undefined;
  readonly tensor: string | undefined;
  readonly byte: number | undefined;

  constructor(code: SafetensorsErrorCode, message: string, fields: SafetensorsErrorFields = {}) {
    const at = fields.byte === undefined ? '' : `, byte ${fields.byte}`;
    const where = fields.file === undefined ? '' : `${fields.file}${at}: `;
    super(where + message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.file = fields.file;
    this.tensor = fields.tensor;
    this.byte = fields.byte;
  }
}
