import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EngineLayout } from './engine-layout.ts';
import { addonUnits, frontUnit } from './translation-units.ts';
import { storedZip } from './stored-zip.test.fixture.ts';

export interface FakeMachine {
  readonly root: string;
  readonly layout: EngineLayout;
  /** What PATH must be: `python3` copies a small wheel and `c++` writes a small addon; both write to `log`. */
  readonly path: string;
  /** A line for each download, each compilation and each linking. */
  readonly log: string;
}

/** A machine on which provisioning runs its whole course in a second, without network or compiler. */
export async function fakeMachine(): Promise<FakeMachine> {
  const root = await mkdtemp(join(tmpdir(), 'borealis-machine-'));
  const path = join(root, 'bin');
  const log = join(root, 'log');
  const wheel = join(root, 'tensorflow_cpu-2.21.0-x.whl');
  await writeFile(
    wheel,
    storedZip({
      'tensorflow/libtensorflow_cc.so.2': 'cc',
      'tensorflow/libtensorflow_framework.so.2': 'framework',
      'tensorflow/include/tensorflow/c/c_api.h': '',
      'tensorflow/include/tensorflow/c/eager/c_api.h': '',
      'tensorflow/include/tensorflow/core/framework/op_kernel.h': '',
    }),
  );
  const programs = {
    python3:
      `case "$*" in *--version*) echo "pip 23.0 (python 3.11)"; exit;; esac\n` +
      `echo download >> '${log}'\n` +
      `while [ $# -gt 0 ]; do [ "$1" = -d ] && cp '${wheel}' "$2"; shift; done\nsleep 0.3`,
    'c++':
      `[ "$1" = --version ] && exit\necho compile >> '${log}'\n` +
      `while [ $# -gt 0 ]; do [ "$1" = -o ] && echo addon > "$2"; shift; done`,
  };
  await mkdir(path);
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(path, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(path, name), 0o755);
  }
  const layout: EngineLayout = {
    cache: join(root, 'cache'),
    nativeDirectory: join(root, 'native'),
    bindingPackage: join(root, 'tfjs'),
    nodeHeaders: join(root, 'headers'),
    platform: 'linux-x64',
  };
  await mkdir(join(layout.bindingPackage, 'binding'), { recursive: true });
  for (const { source } of [...addonUnits(layout.platform), frontUnit]) {
    const file = join(layout.nativeDirectory, source);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, 'int main;');
  }
  await writeFile(join(layout.bindingPackage, 'binding', 'tfjs_binding.cc'), '');
  await writeFile(join(layout.bindingPackage, 'package.json'), '{"version":"4.22.0"}');
  return { root, layout, path: `${path}:/usr/bin:/bin`, log };
}
