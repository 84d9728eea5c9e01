// What the launcher brings along itself; everything else is pinned in pnpm-workspace.yaml and pnpm-lock.yaml.
export const NODE_VERSION = '22.23.3';
export const PNPM_VERSION = '12.21.0';

/** Node 22 from 22.12 on, and 24. */
export function isSupportedNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  return (major === 22 && minor >= 12) || major === 24;
}
