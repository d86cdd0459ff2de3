import type { Situation } from '../support/hostile-bench.mts';
import { hiddenCases } from './hidden-cases.mts';
import { hostileGrants } from './hostile-grants.mts';
import { hostileIdentities } from './hostile-identities.mts';
import { hostileOrders } from './hostile-orders.mts';
import { hostileTools } from './hostile-tools.mts';
import { identityCases } from './identity-cases.mts';
import { safetyCases } from './safety-cases.mts';
import type { SafetyCase } from './safety-cases.mts';
import type { LsblkLine } from '../support/paper-host.mts';
import { systemCases } from './system-cases.mts';

/** Every use of a drive that the probe sees is also refused by the start, whatever the probe was. */
const uses = [...safetyCases, ...hiddenCases, ...systemCases, ...identityCases]
  .filter(({ locks }) => locks.length > 0)
  .map(({ title, locks, ...facts }: SafetyCase): Situation => ({
    title: `in use: ${title}`,
    code: codeOf(locks, facts.lsblk),
    facts,
    // Whatever identity the drive has in that case, it is the one that is asked for.
    drive: {
      serial: facts.lsblk.find(({ KNAME }) => KNAME === 'sda')?.SERIAL ?? '',
      wwn: facts.lsblk.find(({ KNAME }) => KNAME === 'sda')?.WWN || null,
    },
  }));

function codeOf(locks: readonly string[], lsblk: readonly LsblkLine[]): string {
  if (locks.some((lock) => lock.startsWith('ambiguous the kernel'))) return 'wrong_drive';
  const isTwin =
    lsblk.filter(({ SERIAL, PKNAME }) => SERIAL?.trim() === 'S-sda' && PKNAME === undefined).length > 1;
  return isTwin || locks.some((lock) => lock.startsWith('ambiguous')) ? 'ambiguous_drive' : 'locked';
}

/** Hundreds of ways in which a start can go wrong. Each must end without a write. */
export const hostileSituations: readonly Situation[] = [
  ...uses,
  ...hostileGrants,
  ...hostileIdentities,
  ...hostileTools,
  ...hostileOrders,
];
