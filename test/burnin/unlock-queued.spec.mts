import assert from 'node:assert/strict';
import type { SafetyLock } from '../../dist/lib/core/drive.js';
import type { Answer } from '../../dist/lib/core/views.js';
import { Bench, Line, until } from '../support/engine.mts';

const tank: SafetyLock = { kind: 'active_pool', detail: 'tank' };
const minuteMs = 60_000;
const jobOf = (answers: readonly Answer[]) =>
  answers.flatMap((answer) => (answer.ok ? (answer.job ?? []) : []))[0];

describe('a permission that a queued job has taken over', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
    bench.host.addDrive('A', [tank]);
  });
  afterEach(() => bench.close());
  const unlock = () => bench.request('unlock', { serial: 'A', phrase: 'tank' });

  it('stays when its time is over, also across a restart', async () => {
    bench.maxParallel = 0;
    await bench.restart();
    new Line(bench.burnin);
    await unlock();
    const job = jobOf(await bench.start('A')) ?? '';
    bench.aheadMs = 60 * minuteMs;
    bench.maxParallel = 1;
    await bench.restart();
    new Line(bench.burnin);
    assert.deepEqual(bench.burnin.job(job)?.job.grants, [tank]);
    await bench.burnin.poll();
    await until('the run', () => bench.host.starts.length === 1);
    assert.deepEqual(bench.host.starts[0]?.grants, [tank]);
  });

  it('is nothing any more once the NAS was restarted', async () => {
    bench.maxParallel = 0;
    await bench.restart();
    new Line(bench.burnin);
    await unlock();
    const job = jobOf(await bench.start('A')) ?? '';
    bench.maxParallel = 1;
    bench.host.reboot();
    await bench.restart();
    new Line(bench.burnin);
    await bench.burnin.poll();
    await until('the end', () => bench.burnin.job(job)?.job.state === 'unknown');
    assert.match(bench.burnin.job(job)?.job.reasons.join() ?? '', /restarted after its safety locks were/);
    assert.equal(bench.host.starts.length, 0);
  });
});
