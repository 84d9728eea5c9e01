import { expect, test } from 'vitest';
import { CliError } from './cli-error.ts';
import { reportError } from './error-report.ts';

test('an error with a code is its message and the code', () => {
  const { message } = reportError(new CliError('unknown-file', 'there is no x'), { debug: false });
  expect(message).toBe('there is no x [unknown-file]');
});

test('a code that the message tells already is not told twice', () => {
  const error = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
  expect(reportError(error, { debug: false }).message).toBe('ENOENT: no such file');
});

test('an error without a code is a bug, and said to be', () => {
  expect(reportError(new TypeError('x is not a function'), { debug: false }).message).toBe(
    'TypeError: x is not a function (a bug in Borealis; BOREALIS_DEBUG=1 shows where)',
  );
});

test('debugging shows the stack and the causes', () => {
  const error = new CliError('golden-form', 'outer', { cause: new Error('inner') });
  const { message } = reportError(error, { debug: true });
  expect(message).toMatch(/CliError: outer\n +at .*caused by: Error: inner\n +at /s);
});

test('what is thrown need not be an error', () => {
  expect(reportError('text', { debug: false }).message).toBe('text');
});
