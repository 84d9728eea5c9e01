import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { cacheDirectory } from './cache-directory.ts';

test('BOREALIS_CACHE comes before XDG_CACHE_HOME before the home folder; empty counts as unset', () => {
  expect(cacheDirectory({ BOREALIS_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  expect(cacheDirectory({ BOREALIS_CACHE: '', XDG_CACHE_HOME: '/b' })).toBe('/b/borealis');
  expect(cacheDirectory({ XDG_CACHE_HOME: '' })).toBe(join(homedir(), '.cache', 'borealis'));
});

test('a relative BOREALIS_CACHE is made absolute: the addon holds the path', () => {
  expect(cacheDirectory({ BOREALIS_CACHE: 'here' })).toBe(resolve('here'));
});
