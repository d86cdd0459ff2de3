import type { DriveUse } from './drive-catalog';

/** `faulted`: imported, with a member that ZFS has given up although it is there. `offline`: TrueNAS failed to import it. */
export type PoolCondition = 'online' | 'faulted' | 'offline' | 'exported';
export type ScanKind = 'scrub' | 'resilver';

/** A pool of the rehearsal NAS: one drive each. */
export interface RehearsalPool {
  readonly name: string;
  readonly use: DriveUse;
  readonly guid: string;
  /** Of its one member; below 2^53, so that it survives as a JSON number as well. */
  readonly memberGuid: string;
}

export const pools: readonly RehearsalPool[] = [
  { name: 'boot-pool', use: 'boot_pool', guid: '3920175584230611', memberGuid: '1827364550918273' },
  { name: 'tank', use: 'pool', guid: '4417825590318827', memberGuid: '1283746501928374' },
  { name: 'archive', use: 'exported_pool', guid: '5502938471105836', memberGuid: '6671029384756120' },
];

/** Percent done of every scan under way: it stands still until it is ended. */
export const scanPercent = 37.5;

export function poolOf(use: DriveUse | null): RehearsalPool | null {
  return pools.find((pool) => pool.use === use) ?? null;
}

/** As new, `archive` is exported and the others are online. */
export function conditionOf(
  conditions: Readonly<Record<string, PoolCondition>>,
  pool: RehearsalPool,
): PoolCondition {
  return conditions[pool.name] ?? (pool.use === 'exported_pool' ? 'exported' : 'online');
}

/** ZFS has it open, in whatever state. */
export function isImported(condition: PoolCondition): boolean {
  return condition === 'online' || condition === 'faulted';
}
