import assert from 'node:assert/strict';
import { buildEventPayload, buildResponse } from '../../dist/lib/core/build-payloads.js';
import { buildNasState } from '../../dist/lib/core/build-nas-state.js';
import { sampleNasView, sampleNow } from '../support/sample-views.mts';

describe('the state of a NAS', () => {
  it('tells counts, connection and polls', () => {
    assert.deepEqual(buildNasState(sampleNasView(), 41), {
      nas: 'tank-nas',
      jobs_running: 1,
      queue: 2,
      free_slots: 3,
      link: 'connected',
      link_message: 'connected to 192.0.2.10',
      poller: 'ok',
      last_poll: '2026-11-22T09:59:56.000Z',
      alert: false,
      alerts: [],
      hottest: 41,
      unfit: [{ name: 'sdq', reason: 'no_serial', model: 'Flash Disk', size: 16008609792 }],
      activities: [{ pool: 'tank', kind: 'scrub', percent: 41 }],
      truenas: { way: 'json_rpc', version: 'TrueNAS-25.10.6', link: 'connected', message: '' },
    });
  });

  it('has empty lists and null where there is nothing to tell', () => {
    const activities = [{ pool: 'tank', kind: 'resilver', percent: null }] as const;
    const state = buildNasState(sampleNasView({ unfit: [], activities, truenas: null }), null);
    assert.deepEqual([state.unfit, state.activities, state.truenas], [[], activities, null]);
  });

  it('keeps the list of devices that cannot be burned in to 32', () => {
    const [device] = sampleNasView().unfit;
    assert.ok(device);
    const unfit = Array.from({ length: 40 }, () => device);
    assert.equal(buildNasState(sampleNasView({ unfit }), null).unfit.length, 32);
  });

  it('calls stale polls a problem, and a poll that never was unknown', () => {
    const { poller, last_poll } = buildNasState(sampleNasView({ isStale: true, lastPollAt: null }), null);
    assert.deepEqual([poller, last_poll], ['problem', null]);
  });

  it('raises the alert flag and keeps the list to ten', () => {
    const alerts = Array.from({ length: 12 }, (_, index) => `alert ${index}`);
    const state = buildNasState(sampleNasView({ alerts }), null);
    assert.equal(state.alert, true);
    assert.deepEqual(state.alerts, alerts.slice(0, 10));
  });
});

describe('an event', () => {
  it('carries its type as Home Assistant reads it', () => {
    const event = {
      at: sampleNow,
      type: 'burnin_failed',
      serial: 'ZL2ABC12',
      job: 'j1',
      message: '3 bad blocks',
    };
    assert.deepEqual(buildEventPayload(event), {
      event_type: 'burnin_failed',
      at: '2026-11-22T10:00:00.000Z',
      serial: 'ZL2ABC12',
      job: 'j1',
      message: '3 bad blocks',
    });
  });
});

describe('a response', () => {
  it('says ok with the job', () => {
    const answer = {
      ok: true,
      transaction: 't1',
      verb: 'start',
      serial: 'S',
      job: 'j1',
      message: 'queued',
    } as const;
    assert.deepEqual(buildResponse(answer), answer);
  });

  it('carries what a check found, and only then', () => {
    const head = { ok: true, transaction: 't', verb: 'check', serial: 'S', job: null, message: 'm' } as const;
    const findings = { reasons: [], notes: ['n'], phrase: null };
    assert.deepEqual(buildResponse({ ...head, ...findings }), { ...head, ...findings });
    const error = { code: 'locked', message: 'm' } as const;
    const no = { ok: false, transaction: 't', verb: 'check', serial: 'S', error } as const;
    assert.deepEqual(buildResponse({ ...no, ...findings }), { ...no, ...findings });
  });

  it('says why not, with a code', () => {
    const error = { code: 'locked', message: 'sda is in pool tank' } as const;
    const answer = { ok: false, transaction: null, verb: 'start', serial: null, error } as const;
    assert.deepEqual(buildResponse(answer), answer);
  });
});
