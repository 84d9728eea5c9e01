// npm start, npm test, npm run borealis: set up what is missing, then run it. Plain JavaScript that Node 18 to 26
// can read, since this file chooses the Node that the rest runs on.
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { borealisCommand } from './borealis-command.mjs';
import { cachedPackage } from './cached-package.mjs';
import { installDependencies } from './install-dependencies.mjs';
import { isSupportedNode, NODE_VERSION, PNPM_VERSION } from './pins.mjs';
import { ROOT } from './places.mjs';
import { ExitStatus, runChild, runOrThrow } from './run-child.mjs';
import { runTests } from './run-tests.mjs';

const [command = '', ...args] = process.argv.slice(2);
if (!['start', 'test', 'borealis'].includes(command)) {
  console.error('usage: launch.mjs start | test | borealis ARGS');
  process.exit(2);
}
try {
  process.exitCode = isSupportedNode() ? await launch() : await continueUnderSupportedNode();
} catch (error) {
  if (!(error instanceof ExitStatus)) throw error;
  console.error(error.message);
  process.exitCode = error.status;
}

async function continueUnderSupportedNode() {
  console.log(
    `Node ${process.versions.node} is not supported (22 from 22.12 on, or 24): going on under Node ${NODE_VERSION}.`,
  );
  const modules = await cachedPackage('node', NODE_VERSION);
  // The binary itself: through npx or a shell, signals would not arrive.
  return runChild(join(modules, 'node', 'bin', 'node'), [
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ]);
}

async function launch() {
  // Every program below, scripts of dependencies included, shall meet this Node, no telemetry and no daemon.
  process.env.PATH = dirname(process.execPath) + delimiter + (process.env.PATH ?? '');
  Object.assign(process.env, { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false', DO_NOT_TRACK: '1' });

  const programs = join(await cachedPackage('pnpm', PNPM_VERSION), '.bin');
  process.env.PATH = programs + delimiter + process.env.PATH; // nx runs the packages' scripts through pnpm
  await installDependencies(join(programs, 'pnpm'));

  if (command === 'borealis') {
    // Paths on the command line are meant from where the user stands.
    return runChild(...borealisCommand(args), { cwd: process.env.INIT_CWD ?? process.cwd() });
  }
  if (command === 'test') return runTests();
  await runOrThrow(...borealisCommand(['setup']), { cwd: ROOT });
  return runChild(...borealisCommand(['quickstart', ...args]), { cwd: ROOT });
}
