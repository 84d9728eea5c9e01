#!/usr/bin/env node
// Exit status: 0 done, 1 failed or found wanting, 2 not understood.
import { CommanderError } from 'commander';
import { reportError } from './error-report.ts';
import { createProgram } from './program.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(); // whoever read has gone, such as `head`
});

const program = createProgram();
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2; // commander has said why
  } else {
    const report = reportError(error, { debug: (process.env['BOREALIS_DEBUG'] ?? '') !== '' });
    const json = program.opts<{ json?: boolean }>().json === true;
    console.error(json ? JSON.stringify({ error: report }) : `borealis: ${report.message}`);
    process.exitCode = 1;
  }
}
