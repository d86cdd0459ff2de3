import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { writeBadSpots } from '../../dist/lib/demo/host-tree.js';
import { fixture, openBench, runShell, until, withoutTicks, writersOf, type Bench } from './support.mts';

const block = 4096;

describe('The fake badblocks', () => {
  let bench: Bench;
  before(async () => (bench = await openBench()));
  after(() => bench.close());
  // The captures were made on 16384 blocks, so the fake gets that range of a drive.
  const run = (options: string, drive = 'sda', range = '16383 0') =>
    bench.sh(`badblocks ${options} -b ${block} -c 64 "$BURNIN_ROOT/dev/${drive}" ${range}`);
  const spoil = (serial: string) =>
    writeBadSpots(path.join(bench.root, 'rehearsal/drives', serial, 'bad'), [
      { offsetBytes: 1000 * block, kind: 'r' },
      { offsetBytes: 3000 * block, kind: 'w' },
      { offsetBytes: 5000 * block, kind: 'c' },
      ...[9000, 9001, 9002].map((number) => ({ offsetBytes: number * block, kind: 'r' as const })),
    ]);

  it('says of a healthy drive exactly what the real one says', async () => {
    const done = await run('-X -w -v -e 64 -p 0');
    assert.equal(done.stderr, fixture('no-progress-w-v.stderr'));
    assert.equal(done.stdout, '');
    assert.equal(done.code, 0);
  });

  it('says the same under other shells that NAS controllers run on', async function () {
    const shells = ['busybox sh', 'bash --posix'];
    for (const shell of shells) {
      const script = `exec ${shell} "$BURNIN_ROOT/rehearsal/bin/badblocks" -w -v -b ${block} "$BURNIN_ROOT/dev/sda" 16383 0`;
      const done = await runShell(
        bench.root,
        `command -v ${shell.split(' ')[0] ?? ''} >/dev/null || exit 99; ${script}`,
      );
      if (done.code === 99) this.skip();
      assert.equal(done.stderr, fixture('no-progress-w-v.stderr'), shell);
    }
  });

  it('names patterns of any width, and random', async () => {
    const wide = await run('-w -v -t 0xdeadbeef -t 0x1234 -t 0 -t 4294967295');
    assert.equal(wide.stderr, withoutTicks(fixture('multibyte-pattern.stderr')));
    const random = await run('-w -v -t random');
    assert.equal(random.stderr, withoutTicks(fixture('random-pattern.stderr')));
  });

  it('tests a range', async () => {
    const done = await run('-w -v -t 0xaa', 'sda', '8191 4096');
    assert.equal(done.stderr, withoutTicks(fixture('range-last-first.stderr')));
  });

  it('counts and lists bad blocks by kind as the real one does, and still exits 0', async () => {
    spoil('ZR5B82MT');
    const done = await run('-X -w -v -t 0xaa -o "$BURNIN_ROOT/list"', 'sdb');
    assert.equal(done.stderr, withoutTicks(fixture('errors-o-file.stderr')));
    assert.equal(bench.read('list'), fixture('errors-o-file.badlist'));
    assert.equal(done.code, 0);
  });

  it('stops at the error limit in each phase', async () => {
    spoil('ZR5B82MT');
    const done = await run('-X -w -v -e 2', 'sdb');
    assert.equal(done.stderr, withoutTicks(fixture('errors-e2-limit.stderr')));
    assert.equal(done.stdout, '3000\n1000\n');
  });

  it('finds the same blocks again when it compares, under their true numbers', async () => {
    spoil('ZCT1WBN2');
    await run('-w -t 0x55', 'sdo', '');
    const done = await run('-v -t 0x55', 'sdo');
    assert.equal(done.stdout, '1000\n3000\n5000\n9000\n9001\n9002\n');
    assert.match(done.stderr, /^Checking blocks 0 to 16383\nChecking for bad blocks in read-only mode\n/);
    assert.match(done.stderr, /\nPass completed, 6 bad blocks found\. \(5\/0\/1 errors\)\n$/);
  }).timeout(30_000);

  it('compares with what was written, and finds every block different otherwise', async () => {
    const untouched = await run('-v -t 0x00', 'sdd', '20 0');
    assert.equal(untouched.stderr, withoutTicks(fixture('readonly-pattern-mismatch.stderr')));
    await run('-w -t 0x00', 'sdd', '20 0');
    const same = await run('-v -t 0x00', 'sdd', '20 0');
    assert.match(same.stderr, /\nPass completed, 0 bad blocks found\. \(0\/0\/0 errors\)\n$/);
    const plain = await run('-v', 'sdd');
    assert.equal(plain.stderr, withoutTicks(fixture('readonly.stderr')));
  });

  it('refuses what the real one refuses, in its words', async () => {
    const gone = await run('-w', 'sdzz');
    assert.deepEqual([gone.code, gone.stderr], [1, fixture('nosuch.stderr')]);
    const wide = await run('-w', 'sdm', '');
    const limit = fixture('limit-32bit-20TiB-b4096.stderr').replace(
      /\(\d+\)/,
      `(${30_000_346_562_560 / block})`,
    );
    assert.deepEqual([wide.code, wide.stderr], [1, limit]);
    const mounted = await run('-X -w', 'sdr');
    assert.match(mounted.stderr, /dev\/sdr is mounted; it's not safe to run badblocks!\n$/);
    const inUse = await run('-w', 'sdp');
    assert.match(
      inUse.stderr,
      /dev\/sdp is apparently in use by the system; it's not safe to run badblocks!\n$/,
    );
    assert.deepEqual([mounted.code, inUse.code, (await run('-n')).code], [1, 1, 1]);
  });

  it('takes every block of a vanished drive for a bad one', async () => {
    const running = run('-X -w -v -e 20', 'sdg', '');
    await until('the writer writes', () => writersOf(bench.root).length === 1);
    bench.nas.pull('9LKT3W5G');
    const done = await running;
    const wanted = withoutTicks(fixture('guest-device-deleted-e20.stderr'));
    assert.equal(done.stderr.replace(/block 0 to \d+/, 'block 0 to 16383'), wanted);
    assert.equal(done.code, 0);
    bench.nas.insert('9LKT3W5G');
  });
});

describe('A running fake badblocks', () => {
  let bench: Bench;
  // A slow clock: these drives take hours.
  beforeEach(async () => (bench = await openBench(100)));
  afterEach(() => bench.close());
  const start = (options = '') =>
    bench.sh(`exec badblocks -X -w -v -b 16384 -c 256 ${options} "$BURNIN_ROOT/dev/sda"`);
  const field = (text: string, name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1]);

  it('ends on a signal with the block it was at, and leaves no process behind', async () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const running = start();
      await until('the writer writes', () => writersOf(bench.root).length === 1);
      const [pid = 0] = writersOf(bench.root);
      await until('it moves', () => field(bench.read(`proc/${pid}/fdinfo/3`), 'pos') > 0);
      process.kill(pid, signal);
      const done = await running;
      assert.match(done.stderr, /\nTesting with pattern 0xaa: \n\nInterrupted at block [1-9]\d*\n$/);
      assert.deepEqual([done.code, done.signal], [1, null]);
      assert.equal(existsSync(path.join(bench.root, 'proc', String(pid))), false);
    }
  });

  it('shows its position, its bytes and its sectors as the kernel does, no faster than its drive', async () => {
    const sectors = () => Number(bench.read('sys/block/sda/stat').trim().split(/\s+/)[6]);
    const writtenBefore = sectors();
    // What the writer itself goes by: it is a tick behind the clock.
    const startedS = Number.parseFloat(bench.read('proc/uptime'));
    const running = start();
    await until('the writer writes', () => writersOf(bench.root).length === 1);
    const [pid = 0] = writersOf(bench.root);
    await until('it moves', () => field(bench.read(`proc/${pid}/io`), 'write_bytes') > 20_000_000_000);
    const io = bench.read(`proc/${pid}/io`);
    const written = field(io, 'write_bytes');
    assert.ok(written <= (bench.nas.uptimeS() - startedS) * 200_000_000, 'plausible on its own clock');
    assert.ok(field(bench.read(`proc/${pid}/fdinfo/3`), 'pos') >= written);
    await until('the sectors follow', () => (sectors() - writtenBefore) * 512 >= written);
    assert.match(bench.read(`proc/${pid}/stat`), new RegExp(`^${pid} \\(badblocks\\) D( -?\\d+){10,}\n$`));
    process.kill(pid, 'SIGTERM');
    await running;
  });

  it('keeps the clock of the NAS going when nobody else does', async () => {
    const running = start();
    await until('the writer writes', () => writersOf(bench.root).length === 1);
    await bench.nas.close();
    const read = () => Number.parseFloat(bench.read('proc/uptime'));
    const left = read();
    await until('the clock goes on', () => read() > left + 100);
    const [pid = 0] = writersOf(bench.root);
    process.kill(pid, 'SIGTERM');
    await running;
    await bench.reopen();
    assert.ok(bench.nas.uptimeS() >= read(), 'the clock never goes back');
  });

  it('warms its drive while it works', async () => {
    const degrees = () =>
      Number(readFileSync(path.join(bench.root, 'sys/block/sda/device/hwmon/hwmon1/temp1_input'), 'utf8'));
    assert.equal(degrees(), 31_000);
    const running = start();
    await until('the drive warms up', () => degrees() > 31_000);
    for (const pid of writersOf(bench.root)) process.kill(pid, 'SIGTERM');
    await running;
    assert.equal(degrees(), 31_000);
  });
});
