import { isSince, type Release } from './versions';
import { hasRole, type Session } from './world';

/** What may be subscribed to, with the role for it; none for any login. */
const roles: Readonly<Record<string, string | undefined>> = {
  'core.get_jobs': undefined,
  'disk.query': 'READONLY_ADMIN',
  'pool.query': 'POOL_READ',
  'alert.list': 'ALERT_LIST_READ',
  'system.ready': 'SYSTEM_GENERAL_READ',
  'system.reboot': 'SYSTEM_GENERAL_READ',
  'system.shutdown': 'SYSTEM_GENERAL_READ',
};

/** False also for a collection that this release does not have. */
export function maySubscribe(release: Release, session: Session, collection: string): boolean {
  if (session.roles === null) return false;
  const [name = ''] = collection.split(':');
  if (name === 'smart.test.progress') {
    return release.key === '24.10' || release.key === '25.04';
  }
  if (name === '*') return isSince(release, '24.10') && session.roles.includes('FULL_ADMIN');
  return name in roles && hasRole(session.roles, roles[name]);
}

/** Subscribed to by this name, or to everything. */
export function isSubscribed(session: Session, collection: string): boolean {
  return [...session.subscriptions.values()].some((name) => name === collection || name === '*');
}
