import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { hostAndPort } from './check-options.ts';

const RETRY_MILLISECONDS = 100;

/** Whether something listens at `address` before `deadline` (of `performance.now()`). */
export async function waitForAddress(address: string, deadline: number): Promise<boolean> {
  for (;;) {
    if (await listens(address, deadline - performance.now())) return true;
    if (performance.now() + RETRY_MILLISECONDS >= deadline) return false;
    await setTimeout(RETRY_MILLISECONDS);
  }
}

function listens(address: string, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...hostAndPort(address), timeout: Math.max(1, Math.min(2000, milliseconds)) });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => {
      end(true);
    });
    for (const event of ['error', 'timeout']) {
      socket.once(event, () => {
        end(false);
      });
    }
  });
}
