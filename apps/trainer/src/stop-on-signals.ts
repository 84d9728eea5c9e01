const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * A flag that the first SIGINT or SIGTERM sets, so that training can finish its step and save; a second one ends the
 * process at once. `restore` leaves signals as they were.
 */
export function stopOnSignals(onStop: (name: string) => void = () => undefined): {
  readonly signal: AbortSignal;
  readonly restore: () => void;
} {
  const controller = new AbortController();
  const restore = (): void => {
    for (const name of SIGNALS) process.off(name, handle);
  };
  const handle = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      restore();
      process.kill(process.pid, name); // now with its default effect
      return;
    }
    onStop(name);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, handle);
  return { signal: controller.signal, restore };
}
