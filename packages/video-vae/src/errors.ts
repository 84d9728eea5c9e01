/** Everything that @borealis/video-vae reports has one of these codes. */
export type VideoVaeErrorCode = 'CACHE' | 'DATASET' | 'PARAMETERS' | 'TILES' | 'VIDEO' | 'WEIGHTS' | 'WINDOW';

/** The error of this package: `code` for programs, the message for people. */
export class VideoVaeError extends Error {
  override readonly name = 'VideoVaeError';
  readonly code: VideoVaeErrorCode;

  constructor(code: VideoVaeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
