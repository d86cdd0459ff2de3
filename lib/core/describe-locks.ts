import type { SafetyLock } from './drive';

const lockWords = {
  root_filesystem: 'carries the running system:',
  self_test: 'is busy with a self-test:',
  active_pool: 'is in the imported pool',
  boot_pool: 'is in the boot pool',
  exported_pool: 'carries the label of a pool that is not imported:',
  mounted: 'is mounted at',
  swap: 'is used as swap:',
  holder: 'is held by',
  claimed: 'is claimed by another program:',
  ambiguous: 'cannot be told from another drive:',
  unproven: 'is not proved free:',
} as const;

/** The use of a drive as the rest of a sentence that begins with the drive: `is mounted at /mnt/a`. */
export function describeLock({ kind, detail }: SafetyLock): string {
  return `${lockWords[kind]} ${detail}`;
}

/** Several uses of one drive, joined the same way. */
export function describeLocks(locks: readonly SafetyLock[]): string {
  return locks.map(describeLock).join('; it ');
}
