import { spawnSync } from 'node:child_process';

/** Makes the system forget the files' pages; false where it has no such command (GNU dd). */
export function dropFromCache(files: readonly string[]): boolean {
  return files.every((file) => {
    const args = [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'];
    return spawnSync('dd', args, { stdio: 'ignore' }).status === 0;
  });
}
