import assert from 'node:assert/strict';
import path from 'node:path';
import { openStore } from '../../dist/lib/store/open-store.js';
import { Bench, Line, until } from '../support/engine.mts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('what an engine tells a person', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
    bench.host.addDrive('A');
  });
  afterEach(() => bench.close());

  const alerts = async () => (await bench.burnin.poll()).alerts.join('\n');

  it('names a drive whose ticket no station has taken, and stops when one has', async () => {
    const detach = bench.burnin.attachGate({
      id: 'gate',
      readPlan: () => ['surface_validate'],
      send: () => undefined,
      answer: () => undefined,
    });
    bench.burnin.deployed();
    await bench.start('A');
    assert.equal(await alerts(), '');
    bench.aheadMs = 3 * minuteMs;
    assert.match(await alerts(), /Drive A waits for precheck: its ticket is on the wires/);
    detach();
    new Line(bench.burnin);
    await until('a start', () => bench.host.starts.length > 0);
    assert.equal(await alerts(), '');
  });

  it('says so when jobs wait and there is no gate to let them out', async () => {
    const line = new Line(bench.burnin);
    await bench.start('A');
    line.detach();
    assert.match(await alerts(), /no drive-lock node is deployed/);
  });

  it('marks what it shows as stale when polls fail, and says why', async () => {
    await bench.burnin.poll();
    assert.equal(bench.burnin.view().isStale, false);
    bench.host.isReachable = false;
    bench.aheadMs = minuteMs;
    assert.match(await alerts(), /the NAS does not answer/);
    assert.equal(bench.burnin.view().isStale, true);
  });

  it('passes on the gaps of a probe', async () => {
    bench.host.gaps.push('zpool: failed with exit status 1');
    assert.match(await alerts(), /zpool: failed/);
  });

  it('forgets events and log lines of closed jobs after three months, and nothing of live ones', async () => {
    const line = new Line(bench.burnin);
    await bench.start('A');
    await until('a start', () => bench.host.starts.length > 0);
    bench.host.finish('A');
    await until('a report', () => line.reports.length > 0);
    bench.host.addDrive('B');
    await bench.start('B');
    await until('a second start', () => bench.host.starts.length > 1);
    bench.aheadMs = 100 * dayMs;
    await bench.burnin.poll();
    const store = openStore(path.join(bench.dir, 'test.db'));
    try {
      const job = (serial: string) => store.jobs.lastOf('bench', serial)?.id ?? '';
      assert.deepEqual(store.log.tail(job('A'), 10), []);
      assert.ok(store.log.tail(job('B'), 10).length > 0);
      assert.equal(store.jobs.get(job('A'))?.state, 'passed');
    } finally {
      store.close();
    }
  });
});
