import assert from 'node:assert/strict';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { nameOf, openRehearsal, runsOf, wasWritten, type Rehearsal } from '../support/rehearsal.mts';
import { until } from '../support/until.mts';

const first = 'ZR5A1K7Q';
const wanted = 'ZR5B82MT';
const other = '2JG4XPND';

describe('incident "sdb is another disk after a reboot": the test went to whatever had the old name', function () {
  this.timeout(60_000);
  let rehearsal: Rehearsal;
  const open = async (speed: number) =>
    void (rehearsal = await openRehearsal(speed, { BURNIN_MAX_PARALLEL: '1' }));
  afterEach(() => rehearsal.close());

  /** A job in the queue: admitted, and not begun before `begin`. */
  const queueWanted = async () => {
    const { engine, bench } = rehearsal;
    await engine.start(first, wanted);
    await engine.untilMoving(first);
    assert.deepEqual([engine.state(wanted), nameOf(bench.root, wanted)], ['queued', 'sdb']);
    return { begin: () => engine.cancel(first) };
  };

  it('a drive that was renamed between admission and launch is found by its serial, under its new name', async () => {
    await open(576_000);
    const { engine, bench } = rehearsal;
    const { begin } = await queueWanted();
    bench.nas.renumber([wanted, other]);
    assert.equal(nameOf(bench.root, other), 'sdb');
    await begin();
    assert.equal(await engine.untilEnd(wanted), 'passed', engine.reasons(wanted));
    assert.equal(wasWritten(bench.root, wanted), true);
    assert.equal(wasWritten(bench.root, other), false);
  });

  it('a drive that was swapped for another one under the same name is not started', async () => {
    await open(36_000);
    const { engine, bench } = rehearsal;
    const { begin } = await queueWanted();
    bench.nas.pull(wanted);
    bench.nas.pull(other);
    bench.nas.insert(other);
    assert.equal(nameOf(bench.root, other), 'sdb');
    await begin();
    assert.equal(await engine.untilEnd(wanted), 'unknown');
    assert.notEqual(engine.reasons(wanted), '');
    assert.equal(wasWritten(bench.root, other), false);
    assert.equal(wasWritten(bench.root, wanted), false);
  });

  it('names that change in the middle of the start itself are noticed on the NAS, and nothing is written', async () => {
    await open(36_000);
    const { engine, bench } = rehearsal;
    const trap = setTrap(bench.root);
    await engine.start(wanted);
    await until('the start to list the drives', () => trap.isSprung());
    bench.nas.renumber([wanted, other]);
    trap.release();
    assert.equal(await engine.untilEnd(wanted), 'unknown');
    assert.match(engine.reasons(wanted), /wrong_drive.*moved from sdb to sdd/);
    assert.deepEqual(runsOf(bench.root), []);
    assert.equal(wasWritten(bench.root, other), false);
    assert.equal(wasWritten(bench.root, wanted), false);
  });

  it('a reboot with new names during a run ends it as unknown, and the next start finds the right drive', async () => {
    await open(576_000);
    const { engine, bench } = rehearsal;
    await engine.start(wanted);
    await engine.untilMoving(wanted);
    await bench.nas.reboot();
    bench.nas.renumber([wanted, other]);
    assert.equal(await engine.untilEnd(wanted), 'unknown');
    assert.match(engine.reasons(wanted), /restarted/);
    assert.deepEqual(runsOf(bench.root), []);
    const [answer] = await engine.start(wanted);
    assert.equal(answer?.ok, true, JSON.stringify(answer));
    assert.equal(await engine.untilEnd(wanted), 'passed', engine.reasons(wanted));
    assert.equal(wasWritten(bench.root, other), false);
  });

  it('a drive that is taken out under way takes its run with it, whoever gets its name', async () => {
    await open(36_000);
    const { engine, bench } = rehearsal;
    await engine.start(wanted);
    await engine.untilMoving(wanted);
    bench.nas.pull(wanted);
    bench.nas.pull(other);
    bench.nas.insert(other);
    assert.equal(nameOf(bench.root, other), 'sdb');
    assert.equal(await engine.untilEnd(wanted), 'unknown', engine.reasons(wanted));
    assert.equal(wasWritten(bench.root, other), false);
  });
});

/** Stops the NAS's `lsblk`, once, between what it has read and its answer. */
function setTrap(root: string) {
  const file = (name: string) => path.join(root, 'rehearsal', name);
  const replace = (tool: string, ...lines: string[]) => {
    renameSync(file(`bin/${tool}`), file(`bin/${tool}.real`));
    writeFileSync(file(`bin/${tool}`), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  };
  // The start alone asks whether there is a perl to claim with, and lists the drives next.
  replace(
    'perl',
    `case $* in *-MFcntl*) mkdir "$BURNIN_ROOT/rehearsal/once" 2>/dev/null && : >"$BURNIN_ROOT/rehearsal/armed" ;; esac`,
    `exec "$0.real" "$@"`,
  );
  replace(
    'lsblk',
    `if ! rm "$BURNIN_ROOT/rehearsal/armed" 2>/dev/null; then exec "$0.real" "$@"; fi`,
    `answer=$("$0.real" "$@")`,
    `: >"$BURNIN_ROOT/rehearsal/sprung"`,
    `until [ -e "$BURNIN_ROOT/rehearsal/released" ]; do sleep 0.05; done`,
    `printf '%s\\n' "$answer"`,
  );
  return {
    isSprung: () => existsSync(file('sprung')),
    release: () => {
      rmSync(file('sprung'));
      writeFileSync(file('released'), '');
    },
  };
}
