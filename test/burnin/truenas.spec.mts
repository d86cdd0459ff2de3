import assert from 'node:assert/strict';
import type { SafetyLock } from '../../dist/lib/core/drive.js';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import type { Answer, BurninEvent, DriveView } from '../../dist/lib/core/views.js';
import { Bench, Line, until } from '../support/engine.mts';
import { FakeMiddleware } from '../support/fake-middleware.mts';

const archive: SafetyLock = { kind: 'exported_pool', detail: 'archive' };
const scrubbed = {
  name: 'tank',
  status: 'ONLINE',
  members: [],
  guids: [],
  scan: { kind: 'scrub', percent: 40 },
} as const;

describe('an engine on a NAS with TrueNAS', () => {
  let bench: Bench;
  let middleware: FakeMiddleware;
  let events: BurninEvent[];
  let line: Line;

  beforeEach(async () => {
    bench = new Bench();
    bench.host.addDrive('A');
    bench.host.addDrive('B');
    middleware = new FakeMiddleware(bench.host.drives);
    bench.middleware = middleware;
    await bench.restart();
    events = [];
    bench.burnin.on('event', (event) => events.push(event));
    line = new Line(bench.burnin);
  });
  afterEach(() => bench.close());

  const messageOf = ([answer]: readonly Answer[]): string =>
    answer === undefined
      ? 'none'
      : answer.ok
        ? answer.message
        : `${answer.error.code}: ${answer.error.message}`;
  const viewOf = (serial: string): DriveView =>
    bench.burnin.drives().find(({ drive }) => drive.serial === serial) ?? assert.fail('no such drive');
  const unlock = (phrase = 'DESTROY EXPORTED POOL') => bench.request('unlock', { serial: 'A', phrase });
  const typesOf = () => events.map(({ type }) => type);
  /** Without what the start of a burn-in asks of itself. */
  const preflights = () => middleware.count('readPreflight');

  it('asks a pre-flight for every check, start and unlock, and for no poll', async () => {
    await bench.burnin.poll();
    assert.equal(preflights(), 0);
    await bench.request('check', { serial: 'A' });
    assert.equal(preflights(), 1);
    await unlock();
    assert.equal(preflights(), 2);
    bench.maxParallel = 0;
    await bench.restart();
    line = new Line(bench.burnin);
    await bench.start('A');
    assert.equal(preflights(), 3);
  });

  it('refuses a start over what TrueNAS alone knows', async () => {
    await bench.burnin.poll();
    middleware.exported.set('A', 'archive');
    assert.deepEqual(viewOf('A').locks, []);
    assert.match(messageOf(await bench.start('A')), /^locked: Drive A carries the label of .*: archive\./);
    assert.deepEqual(viewOf('A').locks, [archive]);
    assert.equal(viewOf('A').job, null);
  });

  it('starts nothing without an answer of TrueNAS, and says so', async () => {
    await bench.burnin.poll();
    middleware.wait = Promise.reject(new UnreachableError('no way in'));
    assert.match(
      messageOf(await bench.start('A')),
      /^locked: Drive A is not proved free: TrueNAS: no way in\./,
    );
    assert.match(messageOf(await unlock()), /^no_override: .*TrueNAS: no way in/);
    assert.equal(bench.burnin.view().isStale, false);
  });

  it('keeps a permission over what a pre-flight found through the polls that do not ask for it', async () => {
    middleware.exported.set('A', 'archive');
    assert.match(messageOf(await unlock()), /^Drive A may be started until/);
    for (let polls = 0; polls < 3; polls += 1) await bench.burnin.poll();
    assert.equal(preflights(), 1);
    assert.deepEqual(viewOf('A').locks, [archive]);
    assert.deepEqual(viewOf('A').grant?.locks, [archive]);
    assert.match(messageOf(await bench.start('A')), /^Queued: /);
    await until('the run', () => bench.host.starts.length === 1);
    assert.deepEqual(bench.host.starts[0]?.grants, [archive]);
    assert.deepEqual(typesOf(), ['unlocked', 'lock_overridden', 'start_accepted']);
  });

  for (const [what, change] of [
    ['the host', () => bench.host.setLocks('A', [{ kind: 'mounted', detail: '/mnt' }])],
    ['TrueNAS', () => void middleware.exported.set('A', 'backup')],
  ] as const) {
    it(`ends a permission when ${what} finds another use of the drive`, async () => {
      middleware.exported.set('A', 'archive');
      await unlock();
      change();
      assert.match(messageOf(await bench.start('A')), /^locked: /);
      const [ended] = events.filter(({ type }) => type === 'grant_ended');
      assert.match(ended?.message ?? '', /has ended: its safety locks are no longer those/);
      assert.equal(viewOf('A').grant, null);
    });
  }

  it('ends a permission by a poll when the inventory shows the drive in a pool', async () => {
    middleware.exported.set('A', 'archive');
    await bench.burnin.poll();
    await unlock();
    assert.notEqual(viewOf('A').grant, null);
    const members = [{ disk: 'sd0', guid: null, status: 'ONLINE', lost: null }];
    middleware.found = { pools: [{ ...scrubbed, members, scan: null }] };
    // The rest after a hint is the only wait that begins now.
    bench.longestWaitMs = 5;
    const before = middleware.count('readInventory');
    middleware.hint();
    await until('another inventory', () => middleware.count('readInventory') > before);
    bench.longestWaitMs = Infinity;
    await bench.burnin.poll();
    assert.deepEqual([viewOf('A').grant, preflights()], [null, 1]);
    assert.equal(typesOf().at(-1), 'grant_ended');
  });

  describe('between admission and the start of the run', () => {
    const admit = async () => {
      bench.maxParallel = 0;
      await bench.restart();
      line = new Line(bench.burnin);
      assert.match(messageOf(await bench.start('A')), /^Queued: /);
      bench.maxParallel = 1;
    };
    const begin = async () => {
      await bench.restart();
      line = new Line(bench.burnin);
    };

    it('refuses a lock that has appeared, with nothing written', async () => {
      await admit();
      middleware.exported.set('A', 'archive');
      await begin();
      await until('the end', () => viewOf('A').job?.job.state === 'unknown');
      assert.match(
        viewOf('A').job?.job.reasons.join() ?? '',
        /refused to start \(locked\): by TrueNAS the drive carries the label of .*: archive\. Nothing was written/,
      );
      assert.deepEqual(bench.host.starts, []);
    });

    it('lets a lock pass that was seen and granted', async () => {
      middleware.exported.set('A', 'archive');
      await unlock();
      bench.maxParallel = 2;
      assert.match(messageOf(await bench.start('A')), /^Queued: /);
      await until('the run', () => bench.host.starts.length === 1);
    });

    for (const [what, spoil, mend] of [
      [
        'is not answered',
        () => void (middleware.wait = Promise.reject(new UnreachableError('no way in'))),
        () => void (middleware.wait = Promise.resolve()),
      ],
      [
        'is answered in part',
        () => void middleware.gaps.push('disk.details gave no answer'),
        () => void middleware.gaps.splice(0),
      ],
    ] as const) {
      it(`tries again when the pre-flight ${what}, and gives no verdict`, async () => {
        await admit();
        spoil();
        await begin();
        await until('the tries', () => preflights() > 4);
        assert.deepEqual([viewOf('A').job?.job.state, bench.host.starts], ['running', []]);
        mend();
        await until('the run', () => bench.host.starts.length === 1);
        assert.equal(bench.host.starts.length, 1);
      });
    }
  });

  it('holds the queue while TrueNAS scrubs, and lets it go afterwards', async () => {
    middleware.found = { pools: [scrubbed] };
    await bench.start('A');
    const holds = 'No job begins: pool tank is being scrubbed (40 % done).';
    assert.deepEqual(bench.burnin.view().activities, [{ pool: 'tank', kind: 'scrub', percent: 40 }]);
    await bench.burnin.poll();
    assert.deepEqual([viewOf('A').job?.job.state, bench.burnin.view().alerts], ['queued', [holds]]);
    middleware.found = {};
    await bench.restart();
    line = new Line(bench.burnin);
    await bench.burnin.poll();
    await until('the run', () => bench.host.starts.length === 1);
  });

  it('tells a check and a start what may disturb the run', async () => {
    const alert = { level: 'WARNING', text: 'it clicks', serial: 'A', name: null };
    middleware.found = { alerts: [alert] };
    const [checked] = await bench.request('check', { serial: 'A' });
    assert.deepEqual(checked?.notes, ['TrueNAS reports (WARNING): it clicks']);
    assert.equal(
      messageOf(await bench.start('A')),
      'Queued: precheck, surface_validate, final_check. TrueNAS reports (WARNING): it clicks',
    );
    assert.equal(messageOf(await bench.start('B')), 'Queued: precheck, surface_validate, final_check.');
  });

  it('shows how the middleware answers, and its bays', async () => {
    await bench.burnin.poll();
    assert.deepEqual(bench.burnin.view().truenas, middleware.view);
    assert.deepEqual(
      ['A', 'B'].map((serial) => viewOf(serial).slot),
      ['1:sd0', '1:sd1'],
    );
    let told = 0;
    bench.burnin.on('nas', () => (told += 1));
    middleware.view = { ...middleware.view, link: 'refused' };
    middleware.change();
    assert.deepEqual([bench.burnin.view().truenas?.link, told], ['refused', 1]);
  });

  for (const isOn of [true, false]) {
    it(`${isOn ? 'notes a result' : 'notes nothing'} with the setting ${isOn ? 'on' : 'off'}`, async () => {
      bench.mayWriteDescription = isOn;
      await bench.restart();
      line = new Line(bench.burnin);
      await bench.start('A');
      await until('the run', () => bench.host.starts.length === 1);
      bench.host.finish('A');
      await until('the report', () => line.reports.length === 1);
      await new Promise((resolve) => setImmediate(resolve));
      await bench.restart();
      await bench.burnin.poll();
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(
        middleware.notes.map(({ result }) => result),
        isOn ? ['passed'] : [],
      );
    });
  }

  it('leaves no listener behind', async () => {
    assert.equal(middleware.listeners, 2);
    await bench.burnin.close();
    assert.equal(middleware.listeners, 0);
  });
});
