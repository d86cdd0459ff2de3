import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { buildEnvironment } from '../../dist/lib/demo/run-command.js';
import { findWriters, killWriters } from '../../dist/lib/demo/writers.js';
import { openBench, until, writersOf, type Bench } from './support.mts';

describe('The rehearsal NAS', () => {
  let bench: Bench;
  beforeEach(async () => (bench = await openBench(100)));
  afterEach(() => bench.close());
  const bootId = () => bench.read('proc/sys/kernel/random/boot_id');
  const nameOf = async (serial: string) =>
    (
      await bench.sh(`lsblk -dPo KNAME,SERIAL | sed -n 's/KNAME="\\(.*\\)" SERIAL="${serial}"/\\1/p'`)
    ).stdout.trim();
  const start = async (drive = 'sda') => {
    const before = writersOf(bench.root).length;
    const script = `exec flock -F "$BURNIN_ROOT/run/${drive}" badblocks -X -w -v -b 16384 "$BURNIN_ROOT/dev/${drive}"`;
    const child = spawn('/bin/sh', ['-c', script], {
      env: buildEnvironment(bench.root),
      stdio: 'ignore',
      detached: true,
    });
    await until('the writer writes', () => writersOf(bench.root).length > before);
    return child;
  };

  it('has the drives that a rehearsal needs', () => {
    const { drives } = bench.nas;
    assert.ok(drives.length >= 15);
    assert.equal(new Set(drives.map(({ serial }) => serial)).size, drives.length);
    const wwns = drives.flatMap(({ wwn }) => (wwn === null ? [] : [wwn]));
    assert.equal(new Set(wwns).size, wwns.length);
    for (const { sizeBytes } of drives) assert.equal(sizeBytes % 4096, 0);
    assert.ok(drives.filter(({ use }) => use === null).length >= 15);
    assert.deepEqual(
      drives.flatMap(({ use }) => use ?? []),
      ['pool', 'exported_pool', 'mounted', 'boot_pool'],
    );
  });

  it('keeps a sparse shelf: 300 TB of drives in next to no space', async () => {
    const kilobytes = Number.parseInt((await bench.sh('du -sk "$BURNIN_ROOT"')).stdout, 10);
    assert.ok(kilobytes < 4000, `${kilobytes} kB`);
  });

  it('is found as it was by another open, with its running writers', async () => {
    await start();
    const [pid] = writersOf(bench.root);
    const boot = bootId();
    bench.nas.pull('ZR5B82MT');
    const upS = bench.nas.uptimeS();
    await bench.nas.close();
    const again = await bench.reopen();
    assert.deepEqual(writersOf(bench.root), [pid]);
    assert.equal(bootId(), boot);
    assert.equal(await nameOf('ZR5B82MT'), '');
    assert.ok(again.uptimeS() >= upS);
    const bytes = () => readFileSync(path.join(bench.root, `proc/${pid ?? 0}/io`), 'utf8');
    const left = bytes();
    await until('it goes on', () => bytes() !== left);
  });

  it('loses writers, /run and its boot id at a reboot, and keeps its drives', async () => {
    const child = await start();
    await start('sdb');
    const boot = bootId();
    bench.nas.failDrive('ZR5A1K7Q');
    await bench.nas.reboot();
    assert.notEqual(bootId(), boot);
    assert.deepEqual(writersOf(bench.root), []);
    assert.equal(child.signalCode ?? 'SIGKILL', 'SIGKILL');
    assert.equal(existsSync(path.join(bench.root, 'run/sda')), false);
    assert.ok(bench.nas.uptimeS() < 1000, 'a short uptime');
    assert.equal(Number.parseFloat(bench.read('proc/uptime')) < 1000, true);
    assert.equal(await nameOf('ZR5A1K7Q'), 'sda');
    assert.ok(existsSync(path.join(bench.root, 'rehearsal/drives/ZR5A1K7Q/bad')));
    assert.equal((await bench.sh('flock -n "$BURNIN_ROOT/run/sda" true')).code, 0);
  });

  it('never kills a process that only has the number of a writer', async () => {
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    const { pid = 0 } = bystander;
    await bench.sh(`mkdir "$BURNIN_ROOT/proc/${pid}"; echo badblocks >"$BURNIN_ROOT/proc/${pid}/comm"
      touch -t 202001010000 "$BURNIN_ROOT/proc/${pid}/comm"`);
    await bench.nas.reboot();
    assert.equal(bystander.exitCode ?? bystander.signalCode, null);
    assert.equal(existsSync(path.join(bench.root, 'proc', String(pid))), false);
    bystander.kill();
  }).timeout(15_000);

  it('takes writers that went with their machine for a power cut', async () => {
    await start();
    const boot = bootId();
    await bench.nas.close();
    for (const pid of writersOf(bench.root)) process.kill(pid, 'SIGKILL');
    await until('nobody writes', async () => (await findWriters(bench.root)).alive.length === 0);
    await bench.reopen();
    assert.notEqual(bootId(), boot);
    assert.equal(existsSync(path.join(bench.root, 'run/sda')), false);
  });

  it('swaps two names, and a writer stays with its drive', async () => {
    await start();
    const [pid = 0] = writersOf(bench.root);
    const sectors = (serial: string) => Number(bench.read(`sys/devices/${serial}/stat`).split(' ')[6]);
    bench.nas.renumber();
    assert.deepEqual([await nameOf('ZR5A1K7Q'), await nameOf('ZR5B82MT')], ['sdb', 'sda']);
    assert.equal(bench.read('dev/sdb'), 'ZR5A1K7Q\n');
    assert.equal(bench.read('sys/block/sdb/dev'), '8:16\n');
    const [written, other] = [sectors('ZR5A1K7Q'), sectors('ZR5B82MT')];
    await until('it writes on', () => sectors('ZR5A1K7Q') > written);
    assert.equal(sectors('ZR5B82MT'), other);
    process.kill(pid, 'SIGTERM');
  });

  it('takes a drive out and in again', async () => {
    bench.nas.pull('ZR5A1K7Q');
    assert.equal(await nameOf('ZR5A1K7Q'), '');
    assert.equal(existsSync(path.join(bench.root, 'dev/sda')), false);
    assert.equal(existsSync(path.join(bench.root, 'sys/block/sda')), false);
    bench.nas.pull('ZR5B82MT');
    bench.nas.insert('ZR5B82MT');
    assert.equal(await nameOf('ZR5B82MT'), 'sda', 'the first free name');
    bench.nas.pull('ZR52TANK');
    assert.match((await bench.sh('zpool status -LP')).stdout, /tank +UNAVAIL/);
    assert.throws(() => bench.nas.pull('nonsense'), /no drive nonsense/);
  });

  it('makes a drive fail: its SMART status, and bad spots ahead of any writer', async () => {
    bench.nas.failDrive('ZCT1WBN2');
    const smart = await bench.sh('smartctl -x -j "$BURNIN_ROOT/dev/sdo"');
    assert.equal(smart.code, 152);
    await bench.reopen();
    assert.equal((await bench.sh('smartctl -x -j "$BURNIN_ROOT/dev/sdo"')).code, 152);
  });

  it('is as new after a reset, with the same host key', async () => {
    await start();
    const { hostKey } = bench.nas.ssh;
    bench.nas.failDrive('ZR5A1K7Q');
    bench.nas.pull('ZR5B82MT');
    await bench.nas.reset();
    assert.deepEqual(writersOf(bench.root), []);
    assert.equal(await nameOf('ZR5B82MT'), 'sdb');
    assert.equal((await bench.sh('smartctl -x -j "$BURNIN_ROOT/dev/sda"')).code, 0);
    assert.equal((await bench.reopen()).ssh.hostKey, hostKey);
  });

  it('runs fifteen writers at once without loading the machine', async () => {
    for (const { serial } of bench.nas.drives.filter(({ use }) => use === null).slice(0, 15)) {
      await start(await nameOf(serial));
    }
    assert.equal(writersOf(bench.root).length, 15);
    assert.equal((await findWriters(bench.root)).alive.length, 15);
    await killWriters(bench.root);
    assert.deepEqual(writersOf(bench.root), []);
  }).timeout(20_000);
});
