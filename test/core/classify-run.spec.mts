import assert from 'node:assert/strict';
import { classifyRun } from '../../dist/lib/core/classify-run.js';
import { hostLook, runLook } from '../support/looks.mts';

const memo = { runId: 'r1', bootId: 'boot-1', isLaunched: true, expiresClockS: 1_000 };
const kind = (host: ReturnType<typeof hostLook>, changes = {}) =>
  classifyRun({ ...memo, ...changes }, host).kind;
const later = { ...hostLook(), clockS: 2_000 };

describe('classifyRun', () => {
  it('calls a run running while its lock is held, also with a result there (an orphan that still writes)', () => {
    assert.equal(kind(hostLook(runLook({ isHeld: true, result: null }))), 'running');
    assert.equal(kind(hostLook(runLook({ isHeld: true, result: 'signal 9' }))), 'running');
  });

  it('calls a run ended when its lock is free', () => {
    assert.equal(kind(hostLook(runLook())), 'ended');
    assert.equal(kind(hostLook(runLook({ result: null }))), 'ended');
  });

  it('gives a start that has its directory but not yet its lock some time', () => {
    const starting = runLook({ result: null, log: '', startedUptimeS: 1_990 });
    assert.equal(kind(hostLook(starting)), 'running');
    assert.equal(kind(hostLook({ ...starting, startedUptimeS: 1_960 })), 'ended');
    assert.equal(kind(hostLook({ ...starting, startedUptimeS: null })), 'ended');
  });

  it('sees a reboot by another boot id, with the directory gone or kept', () => {
    assert.equal(kind({ ...hostLook(), bootId: 'boot-2' }), 'rebooted');
    assert.equal(kind({ ...hostLook(runLook({ isHeld: true })), bootId: 'boot-2' }), 'rebooted');
    assert.equal(kind({ ...hostLook(), bootId: 'boot-2' }, { isLaunched: false }), 'rebooted');
  });

  it('calls a launched run without a directory vanished, never startable', () => {
    assert.equal(kind(later), 'vanished');
  });

  it('calls a run never launched only when a start on its way would be refused by now', () => {
    assert.equal(kind({ ...later, clockS: 1_015 }, { isLaunched: false }), 'starting');
    assert.equal(kind({ ...later, clockS: 1_016 }, { isLaunched: false }), 'never_launched');
  });

  it('is not misled by other runs', () => {
    assert.equal(kind(hostLook(runLook({ runId: 'r2', isHeld: true }))), 'vanished');
  });
});
