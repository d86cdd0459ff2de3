import { randomUUID } from 'node:crypto';

import { callError } from './errors';
import { objectParam, textParam } from './params';
import { query } from './filters';
import { maySubscribe } from './subscriptions';
import { isSince, type Release } from './versions';
import { buildAlerts } from './alerts';
import type { Call, Methods } from './world';

const always = () => true;
const since = (key: Release['key']) => (release: Release) => isSince(release, key);

export const systemMethods: Methods = {
  'system.version': { isIn: always, run: ({ world }) => world.release.text },
  'system.version_short': {
    isIn: since('24.10'),
    run: ({ world }) => world.release.text.replace(/^TrueNAS-(?:SCALE-)?/, ''),
  },
  'system.product_type': { isIn: always, run: ({ world }) => world.release.product },
  'system.boot_id': { isIn: always, run: ({ world }) => world.host.state.bootId },
  'system.ready': { isIn: always, run: () => true },
  'system.info': { isIn: always, role: 'READONLY_ADMIN', run: buildInfo },
  'core.ping': { isIn: always, isOpen: since('25.10'), run: () => 'pong' },
  'core.get_jobs': {
    isIn: always,
    run: ({ world, params }) => query(world.jobs.list(world.release), params),
  },
  'core.job_abort': { isIn: always, run: abortJob },
  'core.set_options': { isIn: since('25.04'), run: setOptions },
  'core.subscribe': { isIn: since('25.04'), run: subscribe },
  'core.unsubscribe': { isIn: since('25.04'), run: unsubscribe },
  'alert.list': {
    isIn: always,
    role: 'ALERT_LIST_READ',
    run: ({ world }) => buildAlerts(world.host.state, world.release),
  },
  'cronjob.query': {
    isIn: always,
    role: 'SYSTEM_CRON_READ',
    run: ({ world, params }) => query(buildCronJobs(world.release), params),
  },
};

function buildInfo({ world }: Call): object {
  const uptimeS = Math.floor(world.host.clock.uptimeS());
  return {
    version: world.release.text,
    buildtime: { $date: 1_790_000_000_000 },
    hostname: 'rehearsal',
    physmem: 68_719_476_736,
    model: 'Rehearsal CPU',
    cores: 8,
    physical_cores: 4,
    loadavg: [0.25, 0.5, 0.75],
    uptime: `${Math.floor(uptimeS / 86_400)} days`,
    uptime_seconds: uptimeS,
    system_serial: null,
    system_product: 'Rehearsal',
    system_product_version: null,
    license: null,
    boottime: { $date: Date.now() - uptimeS * 1000 },
    datetime: { $date: Date.now() },
    timezone: 'UTC',
    system_manufacturer: null,
    ecc_memory: true,
  };
}

function abortJob({ world, params }: Call): null {
  const id = params[0];
  if (typeof id !== 'number' || !world.jobs.abort(id))
    throw callError('ENOENT', `Job ${String(id)} not found`);
  return null;
}

/** `legacy_jobs` and the like: nothing here would behave differently. */
function setOptions({ params }: Call): null {
  objectParam(params, 0, 'options');
  return null;
}

function subscribe({ world, session, params }: Call): string {
  const collection = textParam(params, 0, 'event');
  if (!maySubscribe(world.release, session, collection)) throw callError('EACCES', 'Not authorized');
  const id = randomUUID();
  session.subscriptions.set(id, collection);
  return id;
}

function unsubscribe({ session, params }: Call): null {
  session.subscriptions.delete(textParam(params, 0, 'ident'));
  return null;
}

/** Schedules of self-tests became cron jobs in 25.10. */
function buildCronJobs(release: Release): readonly object[] {
  if (!isSince(release, '25.10')) return [];
  return [
    {
      id: 1,
      enabled: true,
      stderr: false,
      stdout: true,
      schedule: { minute: '00', hour: '2', dom: '*', month: '*', dow: 'sun' },
      command: `midclt call disk.smart_test LONG '["*"]'`,
      description: 'Weekly long self-test',
      user: 'root',
    },
  ];
}
