/** What went wrong, for programs. The list is closed. */
export type VideoTokenizerErrorCode =
  | 'levels' // FSQ levels that can't be, or level indices and codes outside of them
  | 'frames' // pictures whose size or number doesn't fit
  | 'tokens' // grids whose size or number doesn't fit, or with codes that the tokenizer doesn't have
  | 'weights' // stored weights that are incomplete, of another shape, or damaged
  | 'fit' // nothing to fit on
  | 'not-finite' // NaN or infinity where a number is needed
  | 'option'; // an option that can't be

/** The one error class of this package: says what was found, what was expected and what to do. */
export class VideoTokenizerError extends Error {
  override readonly name = 'VideoTokenizerError';
  readonly code: VideoTokenizerErrorCode;

  constructor(code: VideoTokenizerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
