/** What is said of an error: the message for people, and what programs need. */
export interface ErrorReport {
  readonly message: string;
  readonly name: string;
  /** The closed code of the package that threw, or the operating system's. */
  readonly code: string | undefined;
}

/** @param options `debug`: the stack, and those of all causes, instead of the message alone */
export function reportError(error: unknown, options: { readonly debug: boolean }): ErrorReport {
  if (!(error instanceof Error)) return { message: String(error), name: 'Error', code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (options.debug) return { message: stacksOf(error), name: error.name, code };
  // Errors of ours and of the operating system have codes; one without is a mistake in this program.
  const message =
    code === undefined
      ? `${error.name}: ${error.message} (a bug in Borealis; BOREALIS_DEBUG=1 shows where)`
      : error.message.includes(code)
        ? error.message
        : `${error.message} [${code}]`;
  return { message, name: error.name, code };
}

function stacksOf(error: Error): string {
  const stack = error.stack ?? error.message;
  return error.cause instanceof Error ? `${stack}\ncaused by: ${stacksOf(error.cause)}` : stack;
}
