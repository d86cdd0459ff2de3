import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UnusableDatabaseError } from '../../dist/lib/store/errors.js';
import { takeProcessLock } from '../../dist/lib/store/process-lock.js';
import { startLockProcess, type LockProcess } from '../support/lock-process.mts';

describe('a lock for the life of a process', () => {
  let dir: string;
  let file: string;
  const processes: LockProcess[] = [];
  beforeEach(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'burnin-lock-'));
    file = path.join(dir, 'data/nas.lock');
  });
  afterEach(async () => {
    for (const holder of processes.splice(0)) await holder.kill();
    rmSync(dir, { recursive: true });
  });
  const start = async () => {
    const holder = await startLockProcess(file);
    processes.push(holder);
    return holder;
  };

  it('is had by one process alone, whoever asks again', async () => {
    const lock = takeProcessLock(file);
    assert.ok(lock);
    assert.equal(takeProcessLock(file), null);
    for (let round = 0; round < 2; round += 1) assert.equal((await start()).answer, 'taken');
    lock.release();
    lock.release();
    assert.equal((await start()).answer, 'held');
    assert.equal(takeProcessLock(file), null);
  });

  it('is free again when its holder is killed, and when it gives it back', async () => {
    const first = await start();
    assert.equal(first.answer, 'held');
    assert.equal(takeProcessLock(file), null);
    await first.kill();
    const second = await start();
    assert.equal(second.answer, 'held');
    await second.release();
    const lock = takeProcessLock(file);
    assert.ok(lock);
    lock.release();
  });

  it('is for its owner alone, and nothing is written over a file of somebody else', () => {
    takeProcessLock(file)?.release();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    writeFileSync(file, 'something else that is long enough to be looked at. '.repeat(100));
    assert.throws(() => takeProcessLock(file), UnusableDatabaseError);
    assert.throws(() => takeProcessLock(dir));
  });
});
