import { expect, test } from 'vitest';
import { parseStrictJson } from './parse-strict-json.ts';
import type { JsonNode } from './parse-strict-json.ts';

const SOURCE = { file: 'x', byte: 0, code: 'header-not-json' } as const;

function plain(node: JsonNode): unknown {
  if (node instanceof Map) return Object.fromEntries([...node].map(([key, value]) => [key, plain(value)]));
  if (Array.isArray(node)) return node.map(plain);
  if (typeof node === 'object' && node !== null) return Number(node.literal);
  return node;
}

function native(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return SyntaxError;
  }
}

function strict(text: string): unknown {
  try {
    return plain(parseStrictJson(text, SOURCE));
  } catch {
    return SyntaxError;
  }
}

test('accepts what JSON.parse accepts and nothing else, on mutated text', () => {
  const seed = '{"a":{"b":[1,-2.5e+3,0,true,false,null],"é\\n\\u00e9":"x\\\\\\"y"},"c":[],"d":{ }}';
  const alphabet = '{}[]",:\\/ue+-.0123tfn*\' \t\n\u00a0\u2028\v\f\0abé';
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  let accepted = 0;
  for (let round = 0; round < 20_000; round++) {
    let text = seed;
    for (let edits = 1 + next(3); edits > 0; edits--) {
      const at = next(text.length);
      text = text.slice(0, at) + (alphabet[next(alphabet.length)] ?? '') + text.slice(at + next(3));
    }
    const [ours, theirs] = [strict(text), native(text)];
    // A mutation may make a key stand twice: that is where the two are meant to differ.
    const twice = ours === SyntaxError && theirs !== SyntaxError;
    if (twice) {
      expect(() => parseStrictJson(text, SOURCE)).toThrow(expect.objectContaining({ code: 'duplicate-key' }));
    } else expect(ours, text).toEqual(theirs);
    if (ours !== SyntaxError) accepted++;
  }
  expect(accepted).toBeGreaterThan(500);
});

test('numbers stay as they are written', () => {
  expect(parseStrictJson('[18446744073709551615, 1.0, -0]', SOURCE)).toEqual([
    { literal: '18446744073709551615' },
    { literal: '1.0' },
    { literal: '-0' },
  ]);
});

test('nesting is limited, not left to the stack', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  expect(strict(nested(128))).not.toBe(SyntaxError);
  expect(() => parseStrictJson(nested(129), SOURCE)).toThrow('128 levels');
});
