import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownIdentity, startTime } from './process-identity.mjs';

const POLL_MS = 250;
const HEARTBEAT_MS = 5_000;
const SILENT_MS = 120_000; // an owner on another host counts as dead after this long without a beat

/**
 * Runs `work` while no other process holds the lock; what a dead process left is taken over. The same way as
 * packages/tensor/src/provision/cache-lock.ts, for the time before anything is installed.
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${path}.${randomUUID()}`;
  writeFileSync(mine, JSON.stringify(ownIdentity()));
  try {
    let told = false;
    while (!tryLink(mine, path)) {
      const text = read(path);
      if (text === undefined) continue;
      if (isAbandoned(path, text)) {
        removeStale(path, text);
        continue;
      }
      if (!told) console.log(`Waiting for another process that is setting up (its lock: ${path}).`);
      told = true;
      await sleep(POLL_MS);
    }
    const beat = setInterval(() => touch(mine), HEARTBEAT_MS);
    beat.unref();
    try {
      removeTickets(path, mine);
      return await work();
    } finally {
      clearInterval(beat);
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Removes what processes that died while they waited left beside the lock. */
function removeTickets(path, mine) {
  for (const name of readdirSync(dirname(path))) {
    const ticket = join(dirname(path), name);
    if (!name.startsWith(`${basename(path)}.`) || ticket === mine) continue;
    const text = read(ticket);
    if (text !== undefined && isAbandoned(ticket, text)) rmSync(ticket, { force: true });
  }
}

function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAbandoned(path, text) {
  const silent = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > SILENT_MS;
  let owner;
  try {
    owner = JSON.parse(text);
  } catch {
    return silent;
  }
  if (owner.host !== hostname()) return silent;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return error.code === 'ESRCH';
  }
  return startTime(owner.pid) !== owner.started;
}

/** Where a third process was quicker, its live lock goes back. */
function removeStale(path, text) {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== text) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The lock's file was removed by hand: nothing to keep alive.
  }
}
