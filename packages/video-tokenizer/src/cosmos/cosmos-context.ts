import type { CosmosConfig } from './cosmos-config.ts';
import type { See } from './see.ts';

/** What every part is told. */
export interface CosmosContext {
  readonly config: CosmosConfig;
  readonly see: See;
}
