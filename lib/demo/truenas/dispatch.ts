import { setTimeout as wait } from 'node:timers/promises';

import { authMethods } from './auth';
import { callError } from './errors';
import { diskMethods } from './methods-disk';
import { poolMethods } from './methods-pool';
import { rehearsalMethods } from './methods-rehearsal';
import { smartMethods } from './methods-smart';
import { systemMethods } from './methods-system';
import { isSince, type Release } from './versions';
import { hasRole, type Method, type Methods, type Session, type World } from './world';

const methods: Methods = {
  ...authMethods,
  ...systemMethods,
  ...diskMethods,
  ...poolMethods,
  ...smartMethods,
  ...rehearsalMethods,
};

/** Null when the release does not have it, not even privately. */
export function findMethod(name: string, release: Release): Method | null {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  return method?.isIn(release) ? method : null;
}

/** Throws what the client is to hear when it may not call this method. */
export async function authorize(world: World, session: Session, name: string): Promise<Method> {
  const { release } = world;
  const method = findMethod(name, release);
  if (method === null) throw callError('ENOMETHOD', `Method '${name}' not found`);
  if (session.way === 'midclt') return method;
  const isOpen = method.isOpen?.(release) === true;
  if (isOpen) await limitRate(world, session, name);
  if (!isOpen || session.roles !== null) checkSession(world, session, { method, name });
  // An older path of a newer server knows the methods of its own time alone.
  if (method.modelSince !== undefined && isOlderPath(session.apiVersion, method.modelSince, release)) {
    throw callError('ENOMETHOD', `Method '${name}' not found`);
  }
  return method;
}

function checkSession(
  { release }: World,
  session: Session,
  { method, name }: { readonly method: Method; readonly name: string },
): void {
  if (session.roles === null) {
    throw callError(release.isCore ? 'EACCES' : 'ENOTAUTHENTICATED', 'Not authenticated');
  }
  if (session.hasExpired && !name.startsWith('auth.login')) throw callError('EACCES', 'Session is expired');
  const wanted = method.isPrivate?.(release) ? 'FULL_ADMIN' : method.role;
  if (!hasRole(session.roles, wanted)) throw callError('EACCES', 'Not authorized');
}

export async function runMethod(
  world: World,
  method: Method,
  call: { readonly session: Session; readonly params: readonly unknown[] },
): Promise<unknown> {
  const { callDelayMs } = world.orders;
  if (callDelayMs > 0) await wait(callDelayMs);
  return method.run({ world, ...call });
}

/** 24.10 counts logins also of those who are logged in; CORE counts nothing. */
async function limitRate(world: World, session: Session, name: string): Promise<void> {
  const { release, timings } = world;
  if (release.isCore) return;
  if (session.roles !== null && isSince(release, '25.04')) return;
  if (world.mayCallAgain(`${session.address} ${name}`)) return;
  await wait(timings.rateSleepMs);
  throw callError('EBUSY', 'Rate Limit Exceeded');
}

function isOlderPath(apiVersion: string | null, modelSince: string, release: Release): boolean {
  if (apiVersion === null || apiVersion.startsWith(`v${release.key}.`)) return false;
  const order = release.apiVersions;
  return order.indexOf(apiVersion) < order.indexOf(modelSince);
}
