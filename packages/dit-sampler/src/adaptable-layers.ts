import { STATE_CONDITIONER } from './parameter-specs.ts';

/** Whether adapters may go on this linear layer: on all of the published model; what is new trains itself. */
export function isAdaptable(layer: string): boolean {
  return !layer.startsWith(`${STATE_CONDITIONER}.`);
}
