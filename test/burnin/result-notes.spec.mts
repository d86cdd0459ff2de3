import assert from 'node:assert/strict';
import { createBus } from '../../dist/lib/burnin/bus.js';
import type { BurninEvents } from '../../dist/lib/burnin/burnin.js';
import { ResultNotes } from '../../dist/lib/burnin/result-notes.js';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import type { BurninEvent } from '../../dist/lib/core/views.js';
import type { Store } from '../../dist/lib/store/open-store.js';
import { StillClock } from '../mqtt/clocks.mts';
import { buildJob, nas, plan, TemporaryStores } from '../store/temporary-store.mts';
import { FakeHost } from '../support/fake-host.mts';
import { FakeMiddleware } from '../support/fake-middleware.mts';

const dayMs = 86_400_000;

describe('the notes of results on TrueNAS', () => {
  let stores: TemporaryStores;
  let store: Store;
  let host: FakeHost;
  let middleware: FakeMiddleware;
  let clock: StillClock;
  let notes: ResultNotes;
  let events: BurninEvent[];
  let logs: string[];

  beforeEach(() => {
    stores = new TemporaryStores();
    store = stores.open();
    host = new FakeHost();
    middleware = new FakeMiddleware(host.drives);
    clock = new StillClock(1_800_000_000_000);
    [events, logs] = [[], []];
    notes = open();
  });
  afterEach(() => stores.remove());

  const open = (): ResultNotes => {
    const bus = createBus<BurninEvents>((error) => assert.fail(String(error)));
    bus.on('event', (event) => events.push(event));
    const log = (level: string, text: string) => void logs.push(`${level}: ${text}`);
    return new ResultNotes({ base: { nas, store, clock, bus, log }, middleware });
  };
  /** A drive whose job has ended just now. */
  const endJob = (serial: string, id = serial): void => {
    host.addDrive(serial);
    const drive = host.drives.at(-1)?.drive ?? assert.fail();
    store.drives.upsert(nas, drive, clock.now());
    store.jobs.admit({ job: buildJob(id, serial), plan });
    assert.equal(
      store.jobs.close({
        jobId: id,
        from: 'queued',
        outcome: 'cancelled',
        reasons: ['enough'],
        now: clock.now(),
      }),
      true,
    );
  };

  it('are written once for each job that has ended, with its result and time', async () => {
    endJob('A');
    await notes.write();
    await notes.write();
    assert.deepEqual(middleware.asked, ['A']);
    assert.deepEqual(middleware.notes, [{ result: 'cancelled', atMs: clock.now() }]);
    clock.move(1_000);
    endJob('A', 'second');
    await notes.write();
    assert.deepEqual(middleware.asked, ['A', 'A']);
  });

  it('are not written for a job that still lives', async () => {
    endJob('A');
    store.jobs.admit({ job: buildJob('again', 'A', { createdAt: clock.now() + 1 }), plan });
    await notes.write();
    assert.deepEqual(middleware.asked, []);
  });

  it('are tried again after a failure, which is told once and stops no other', async () => {
    endJob('A');
    endJob('B');
    middleware.wait = Promise.reject(new UnreachableError('no way in'));
    await notes.write();
    await notes.write();
    assert.deepEqual(middleware.asked, ['A', 'B', 'A', 'B']);
    assert.deepEqual(logs, ['warn: the result of a burn-in could not be noted on TrueNAS: no way in']);
    middleware.wait = Promise.resolve();
    await notes.write();
    await notes.write();
    assert.equal(middleware.asked.length, 6);
    assert.equal(middleware.notes.length, 2);
    assert.deepEqual(events, []);
  });

  it('are given up a day after the end', async () => {
    endJob('A');
    clock.move(dayMs);
    await notes.write();
    assert.deepEqual(middleware.asked, []);
  });

  it('are written after a restart as well, as long as the day lasts', async () => {
    endJob('A');
    clock.move(dayMs - 1);
    await open().write();
    assert.deepEqual(middleware.asked, ['A']);
  });

  it('become one event where TrueNAS refuses', async () => {
    endJob('A');
    middleware.noteAnswer = { kind: 'refused', reason: 'there is no room' };
    await notes.write();
    await notes.write();
    assert.deepEqual(
      events.map(({ type, serial, job, message }) => [type, serial, job, message]),
      [['description_refused', 'A', 'A', 'The result could not be noted on TrueNAS: there is no room']],
    );
    assert.deepEqual(middleware.asked, ['A']);
  });

  it('never reject, not even without a store', async () => {
    endJob('A');
    store.close();
    await notes.write();
    assert.equal(logs.length, 1);
  });
});
