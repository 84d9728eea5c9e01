import type { Interception } from '../compile/interception.ts';

let active: Interception | undefined;

/** Set once, by `startBackend`. */
export function setActiveInterception(interception: Interception | undefined): void {
  active = interception;
}

/** The running TensorFlow backend with our extension, or undefined where functions run op by op. */
export function activeInterception(): Interception | undefined {
  return active;
}
