import { open } from 'node:fs/promises';

/** Makes the names in a directory durable (fsync): a renamed file is otherwise lost when power fails. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows can't open a directory; there the file system's journal keeps renames.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
