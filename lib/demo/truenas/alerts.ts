import { createHash } from 'node:crypto';

import { presentDrives, type HostState, type PresentDrive } from '../host-state';
import { statusOf, configuredPools } from './pool-entry';
import { nameOn } from './disk-identity';
import { isSince, type Release } from './versions';

export interface Alert {
  readonly uuid: string;
  readonly [key: string]: unknown;
}

/** Milliseconds since the epoch; alerts of a rehearsal have no history. */
const raisedAt = 1_795_300_000_000;

/** What TrueNAS has to say about the state: failing drives, unwell pools, a key that gave itself away. */
export function buildAlerts(state: HostState, release: Release): readonly Alert[] {
  const alerts = presentDrives(state)
    .filter(({ drive, isFailing }) => isFailing || drive.smart === 'failing')
    .map((entry) => buildDriveAlert(entry, release));
  for (const pool of configuredPools(state)) {
    if (statusOf(pool, state) === 'ONLINE') continue;
    alerts.push(
      buildAlert('VolumeStatus', 'CRITICAL', {
        args: { volume: pool.name, state: statusOf(pool, state) },
        text: `Pool ${pool.name} state is ${statusOf(pool, state)}.`,
      }),
    );
  }
  if (state.revoked === 'plaintext') {
    const text = 'The API key rehearsal was revoked because it was used over an insecure transport.';
    alerts.push(buildAlert('ApiKeyRevoked', 'WARNING', { args: { key_name: 'rehearsal' }, text }));
  }
  return alerts;
}

/** Up to 25.04 smartd tells, from then on the middleware itself. */
function buildDriveAlert(entry: PresentDrive, release: Release): Alert {
  const name = nameOn(release, entry.name);
  const { serial } = entry.drive;
  if (!isSince(release, '25.10')) {
    const message = 'FAILED SMART self-check. BACK UP DATA NOW!';
    const args = { device: `/dev/${name}`, message };
    return buildAlert('SMART', 'CRITICAL', { args, text: `Device: /dev/${name}, ${message}.` });
  }
  const text = `${name} (${serial}) failed a SMART selftest.`;
  return buildAlert('SMARTFailedSelfTest', 'WARNING', { args: { name, serial }, text });
}

function buildAlert(
  klass: string,
  level: string,
  words: { readonly args: object; readonly text: string },
): Alert {
  const key = `${klass}-${JSON.stringify(words.args)}`;
  const uuid = uuidOf(key);
  return {
    uuid,
    id: uuid,
    source: klass,
    klass,
    args: words.args,
    node: 'Controller A',
    key: JSON.stringify(words.args),
    datetime: { $date: raisedAt },
    last_occurrence: { $date: raisedAt },
    dismissed: false,
    mail: null,
    text: words.text,
    level,
    formatted: words.text,
    one_shot: klass === 'SMART',
  };
}

/** The same for the same alert. */
function uuidOf(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
