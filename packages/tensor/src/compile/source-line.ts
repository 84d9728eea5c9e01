import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in the code of whoever uses this package. */
export interface SourceLine {
  /** `packages/model/src/block.ts:12:5`, relative to the working folder where it lies below. */
  readonly place: string;
  /** The function that stands there; empty at a module's top level. */
  readonly functionName: string;
  /** What is called there of tfjs or this package: `matMul`, `layerNorm`. */
  readonly call: string;
  /** The places that led there, the nearest first: at most `CALLERS`, fewer where the stack is deep. */
  readonly callers: readonly string[];
}

/** A call of tfjs is mostly this deep; where it isn't, one looks again. */
const FEW_FRAMES = 20;
const MANY_FRAMES = 100;

const CALLERS = 3;

const PACKAGE_ROOT = fileURLToPath(new URL('..', import.meta.url));
const outsideByFile = new Map<string, boolean>();
const known = new Map<string, SourceLine>();

/**
 * The innermost line on the stack that is neither tfjs's nor this package's. Cheap: no text is made of the stack, and
 * TypeScript's line numbers are looked up when somebody reads them.
 */
export function callingLine(): SourceLine | undefined {
  let sites = callSites(FEW_FRAMES);
  let at = sites.findIndex((site) => isOutside(site.getFileName()));
  if (at < 0) {
    sites = callSites(MANY_FRAMES);
    at = sites.findIndex((site) => isOutside(site.getFileName()));
  }
  const site = sites[at];
  if (site === undefined) return undefined;
  const call = (sites[at - 1]?.getFunctionName() ?? '').replace(/_+(op)?$/, '');
  const callers = sites.slice(at + 1).filter((caller) => isOutside(caller.getFileName()));
  const nearest = callers.slice(0, CALLERS);
  const key = `${call} ${[site, ...nearest].map(rawPlace).join(' ')}`;
  let line = known.get(key);
  if (line === undefined) known.set(key, (line = lineOf(site, nearest, call)));
  return line;
}

/** The same of an error's stack. */
export function throwingLine(error: Error): SourceLine | undefined {
  const frames = (error.stack ?? '').split('\n').flatMap((text) => {
    const match = /^\s*at (?:(?:async )?(.+?) \()?((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?$/.exec(text);
    return match === null ? [] : [match as unknown as [string, string | undefined, string, string, string]];
  });
  const at = frames.findIndex(([, , file]) => isOutside(file));
  const frame = frames[at];
  if (frame === undefined) return undefined;
  const [, functionName = '', file, line, column] = frame;
  const call = (frames[at - 1]?.[1] ?? '').replace(/^.*\./, '').replace(/_+(op)?$/, '');
  const place = `${shortPath(file)}:${line}:${column}`;
  return { place, functionName: plainName(functionName), call, callers: [] };
}

function callSites(limit: number): readonly NodeJS.CallSite[] {
  const { stackTraceLimit } = Error;
  const installed = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const holder: { stack?: unknown } = {};
  Error.stackTraceLimit = limit;
  Error.prepareStackTrace = (_, sites) => sites;
  try {
    Error.captureStackTrace(holder, callingLine);
    return holder.stack as readonly NodeJS.CallSite[];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (installed === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', installed);
  }
}

function rawPlace(site: NodeJS.CallSite): string {
  return `${site.getFileName() ?? ''}:${site.getLineNumber() ?? 0}:${site.getColumnNumber() ?? 0}`;
}

function lineOf(site: NodeJS.CallSite, outer: readonly NodeJS.CallSite[], call: string): SourceLine {
  let place: string | undefined;
  let callers: string[] | undefined;
  return {
    get place() {
      return (place ??= placeOf(site));
    },
    get callers() {
      return (callers ??= outer.map(placeOf));
    },
    functionName: plainName(site.getFunctionName() ?? ''),
    call,
  };
}

/** Whoever installed `Error.prepareStackTrace` (Node, a test runner) knows the source maps. */
function placeOf(site: NodeJS.CallSite): string {
  const { prepareStackTrace } = Error as {
    prepareStackTrace?: (error: Error, sites: NodeJS.CallSite[]) => unknown;
  };
  const text = prepareStackTrace?.(new Error(), [site]);
  const mapped =
    typeof text === 'string' ? /\(?((?:file:\/\/)?[^()\s]+):(\d+):(\d+)\)?\s*$/.exec(text) : null;
  const [file, line, column] =
    mapped === null
      ? [site.getFileName() ?? '', site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0]
      : [mapped[1] ?? '', mapped[2] ?? '', mapped[3] ?? ''];
  return `${shortPath(file)}:${line}:${column}`;
}

function isOutside(file: string | null | undefined): boolean {
  if (file === null || file === undefined) return false;
  let outside = outsideByFile.get(file);
  if (outside === undefined) {
    const path = plainPath(file);
    const ours = path.startsWith(PACKAGE_ROOT) && !/\.test(\.fixture)?\.[jt]s$/.test(path);
    outside = !ours && !path.includes('/@tensorflow/') && !/^(node:|<|native$)/.test(path);
    outsideByFile.set(file, outside);
  }
  return outside;
}

function plainPath(file: string): string {
  return file.startsWith('file://') ? fileURLToPath(file) : file;
}

function shortPath(file: string): string {
  const path = plainPath(file);
  const below = relative(process.cwd(), path);
  return below.startsWith('..') ? path : below;
}

function plainName(name: string): string {
  return /^(<anonymous>|eval)?$/.test(name) ? '' : name;
}
