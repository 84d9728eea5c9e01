import { existsSync } from 'node:fs';

/** Whether an NVIDIA GPU with its driver is on this machine; only looks at files, so it costs microseconds. */
export function gpuPresent(exists: (path: string) => boolean = existsSync): boolean {
  if (exists('/proc/driver/nvidia/version') || exists('/dev/nvidia0')) return true;
  // Windows' subsystem for Linux passes the GPU through /dev/dxg and mounts the driver's tools.
  return exists('/dev/dxg') && exists('/usr/lib/wsl/lib/nvidia-smi');
}
