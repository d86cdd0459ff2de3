import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { buildEnvironment } from '../../dist/lib/demo/run-command.js';
import { openBench, until, writersOf, type Bench } from './support.mts';

const source = path.resolve(import.meta.dirname, '../../lib/demo/bin');

describe('The fake tools', () => {
  it('are clean sh', function () {
    if (spawnSync('shellcheck', ['--version']).error) this.skip();
    const files = globSync('*', { cwd: source }).map((name) => path.join(source, name));
    const checked = spawnSync('shellcheck', ['-s', 'sh', ...files], { encoding: 'utf8' });
    assert.equal(checked.stdout, '');
    assert.ok(files.length >= 9);
  });
});

describe('The fake lsblk, findmnt, zpool and id', () => {
  let bench: Bench;
  before(async () => (bench = await openBench()));
  after(() => bench.close());
  const lines = async (script: string) => (await bench.sh(script)).stdout.trim().split('\n');

  it('lists every drive and partition as pairs', async () => {
    const rows = await lines('lsblk -bPo NAME,KNAME,PKNAME,TYPE,FSTYPE,MOUNTPOINT,SERIAL,SIZE,MAJ:MIN');
    assert.equal(rows.filter((row) => row.includes('TYPE="disk"')).length, bench.nas.drives.length);
    assert.ok(
      rows.includes(
        'NAME="sda" KNAME="sda" PKNAME="" TYPE="disk" FSTYPE="" MOUNTPOINT="" SERIAL="ZR5A1K7Q" SIZE="18000207937536" MAJ:MIN="8:0"',
      ),
    );
    const mounted = rows.find((row) => row.includes('/mnt/old'));
    assert.match(mounted ?? '', /PKNAME="sdr" TYPE="part" FSTYPE="ext4"/);
  });

  it('lists one drive, alone or with its partitions', async () => {
    assert.deepEqual(await lines('lsblk -dno SERIAL /dev/sdb'), ['ZR5B82MT']);
    assert.deepEqual(await lines('lsblk -rno KNAME,FSTYPE "$BURNIN_ROOT/dev/sdp"'), [
      'sdp ',
      'sdp1 zfs_member',
    ]);
    const gone = await bench.sh('lsblk -dno SERIAL /dev/sdzz');
    assert.deepEqual([gone.code, gone.stderr], [32, 'lsblk: /dev/sdzz: not a block device\n']);
    assert.equal((await bench.sh('lsblk -o NONSENSE')).code, 1);
  });

  it('tells mounts and imported pools, and leaves the exported pool out', async () => {
    assert.ok((await lines('findmnt -rno SOURCE,TARGET,FSTYPE')).includes('/dev/sdr1 /mnt/old ext4'));
    assert.deepEqual(await lines('findmnt -no SOURCE /'), ['boot-pool/ROOT/24.10.2']);
    assert.equal((await bench.sh('findmnt -no SOURCE /nowhere')).code, 1);
    const status = (await lines('zpool status -LP')).join('\n');
    assert.match(status, /pool: boot-pool[^]*\/dev\/nvme0n1p3 [^]*pool: tank[^]*\/dev\/sdp1 +ONLINE/);
    assert.doesNotMatch(status, /archive/);
    assert.deepEqual(await lines('zpool list -H -o name'), ['boot-pool', 'tank']);
    assert.deepEqual(await lines('id -u'), ['0']);
  });
});

interface SmartJson {
  readonly serial_number: string;
  readonly device: { readonly protocol: string };
  readonly user_capacity: { readonly bytes: number };
  readonly smart_status?: { readonly passed: boolean };
  readonly temperature: { readonly current: number };
  readonly power_on_time: { readonly hours: number };
  readonly ata_smart_attributes: {
    readonly table: readonly {
      readonly id: number;
      readonly raw: { readonly value: number; readonly string: string };
    }[];
  };
  readonly nvme_smart_health_information_log: { readonly critical_warning: number };
  readonly smartctl: {
    readonly argv: readonly string[];
    readonly exit_status: number;
    readonly messages?: readonly { readonly string: string }[];
  };
}

describe('The fake smartctl', () => {
  let bench: Bench;
  before(async () => (bench = await openBench()));
  after(() => bench.close());
  const ask = async (drive: string) => {
    const done = await bench.sh(`smartctl -x --json=o "$BURNIN_ROOT/dev/${drive}"`);
    return { code: done.code, json: JSON.parse(done.stdout) as SmartJson };
  };

  it('reports a healthy drive with its own data', async () => {
    const { code, json } = await ask('sda');
    assert.equal(code, 0);
    assert.equal(json.serial_number, 'ZR5A1K7Q');
    assert.equal(json.user_capacity.bytes, 18_000_207_937_536);
    assert.equal(json.smart_status?.passed, true);
    assert.equal(json.temperature.current, 31);
    assert.equal(typeof json.power_on_time.hours, 'number');
    const hours = json.ata_smart_attributes.table.find(({ id }) => id === 9)?.raw;
    assert.deepEqual(hours, { value: json.power_on_time.hours, string: String(json.power_on_time.hours) });
    assert.equal(json.smartctl.exit_status, 0);
    assert.deepEqual(json.smartctl.argv.slice(0, 3), ['smartctl', '-x', '--json=o']);
    assert.equal(json.smartctl.argv[3], '/dev/sda');
  });

  it('reports a failing one, an NVMe one, and none for a USB bridge or a missing drive', async () => {
    const failing = await ask('sdn');
    assert.deepEqual([failing.code, failing.json.smart_status?.passed], [152, false]);
    const nvme = await ask('nvme1n1');
    assert.equal(nvme.json.device.protocol, 'NVMe');
    assert.equal(nvme.json.nvme_smart_health_information_log.critical_warning, 0);
    const usb = await ask('sds');
    assert.deepEqual([usb.code, usb.json.smartctl.exit_status, usb.json.smart_status], [1, 1, undefined]);
    const gone = await ask('sdzz');
    assert.equal(gone.code, 2);
    assert.match(gone.json.smartctl.messages?.[0]?.string ?? '', /No such device$/);
  });

  it('counts the bad spots that have been met', async () => {
    const pending = async () => {
      const { json } = await ask('sdc');
      return json.ata_smart_attributes.table.find(({ id }) => id === 197)?.raw.value;
    };
    assert.equal(await pending(), 0);
    await bench.sh('badblocks -w -b 16384 "$BURNIN_ROOT/dev/sdc" 99 0');
    assert.equal(await pending(), 40);
  });
});

describe('The fake flock', () => {
  let bench: Bench;
  before(async () => (bench = await openBench()));
  after(() => bench.close());
  const held = 'flock -F -E 75 "$BURNIN_ROOT/run/lock"';

  it('lets exactly one of many in, and the rest go with the status asked for', async () => {
    const tries = Array.from({ length: 8 }, () =>
      bench.sh('flock -n -E 75 "$BURNIN_ROOT/run/race" sh -c "echo in; sleep 2"'),
    );
    const done = await Promise.all(tries);
    assert.deepEqual(done.map(({ code }) => code).sort(), [0, 75, 75, 75, 75, 75, 75, 75]);
    assert.equal((await bench.sh('flock -n "$BURNIN_ROOT/run/race" true')).code, 0, 'free again');
  });

  it('becomes the command with -F, which holds the lock until it dies, by whatever', async () => {
    const child = spawn('/bin/sh', ['-c', `exec ${held} sh -c 'echo $$; exec sleep 60'`], {
      env: buildEnvironment(bench.root),
    });
    const said = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data: Buffer) => resolve(String(data))),
    );
    assert.equal(Number(said), child.pid);
    assert.equal((await bench.sh(`flock -s -n -E 75 7 7<"$BURNIN_ROOT/run/lock"`)).code, 75);
    assert.equal((await bench.sh(`flock -s -n -E 75 "$BURNIN_ROOT/run/lock" true`)).code, 75);
    assert.equal((await bench.sh(`flock -n "$BURNIN_ROOT/run/lock" true`)).code, 1);
    const waiting = bench.sh(`flock -w 5 "$BURNIN_ROOT/run/lock" echo mine`);
    child.kill('SIGKILL');
    assert.equal((await waiting).stdout, 'mine\n');
    assert.equal((await bench.sh(`flock -s -n -E 75 7 7<"$BURNIN_ROOT/run/lock"`)).code, 0);
  });

  it('finds a lock free whose holder has gone and whose number another process has now', async () => {
    mkdirSync(path.join(bench.root, 'rehearsal/locks/run+lock'), { recursive: true });
    await bench.sh(`ln -s ${process.pid} "$BURNIN_ROOT/rehearsal/locks/run+lock/9999"`);
    assert.equal((await bench.sh(`flock -n "$BURNIN_ROOT/run/lock" true`)).code, 0);
  });

  it('says that a lock file nobody ever locked is free', async () => {
    writeFileSync(path.join(bench.root, 'run/fresh'), '');
    assert.equal((await bench.sh(`flock -s -n -E 75 7 7<"$BURNIN_ROOT/run/fresh"`)).code, 0);
  });

  it('gives the status of the command on, and waits no longer than asked', async () => {
    assert.equal((await bench.sh(`flock "$BURNIN_ROOT/run/status" sh -c 'exit 7'`)).code, 7);
    const both = `flock "$BURNIN_ROOT/run/status" sh -c 'flock -w 1 -E 33 "$BURNIN_ROOT/run/status" true; echo $?'`;
    assert.equal((await bench.sh(both)).stdout, '33\n');
  });
});

describe('The fake timeout', () => {
  let bench: Bench;
  before(async () => (bench = await openBench()));
  after(() => bench.close());

  it('gives a status on, and leaves the patience of scripts alone', async () => {
    assert.equal((await bench.sh('timeout 30 sh -c "exit 5"')).code, 5);
    assert.equal((await bench.sh('timeout -k 60 -s TERM 1000000 sh -c "exit 6"')).code, 6);
  });

  it('ends a command at a deadline of the fast clock', async () => {
    const done = await bench.sh('timeout -k 60 -s TERM 36000 sleep 60');
    assert.equal(done.code, 124);
  });

  it('hands a signal on and waits for what the command makes of it', async () => {
    const running = bench.sh(
      'exec timeout 999999 badblocks -X -w -v -b 16384 "$BURNIN_ROOT/dev/sda" & p=$!; echo $p >"$BURNIN_ROOT/pid"; wait $p',
    );
    await until('the writer writes', () => writersOf(bench.root).length === 1);
    process.kill(Number(bench.read('pid')), 'SIGTERM');
    const done = await running;
    assert.equal(done.code, 1);
    assert.match(done.stderr, /Interrupted at block/);
  });

  it('takes a killed command out of /proc and tells the signal', async () => {
    const running = bench.sh('timeout 999999 badblocks -X -w -v -b 16384 "$BURNIN_ROOT/dev/sda"');
    await until('the writer writes', () => writersOf(bench.root).length === 1);
    const [pid = 0] = writersOf(bench.root);
    process.kill(pid, 'SIGKILL');
    assert.equal((await running).code, 137);
    assert.equal(existsSync(path.join(bench.root, 'proc', String(pid))), false);
  });
});

describe('The fake perl', () => {
  let bench: Bench;
  before(async () => (bench = await openBench()));
  after(() => bench.close());
  const claim = (drive: string, number: string, command = 'true') =>
    bench.sh(
      `exec flock -F "$BURNIN_ROOT/run/l-$$" perl claim "$BURNIN_ROOT/dev/${drive}" ${number} "$BURNIN_ROOT/run/pid" ${command}`,
    );

  it('says that it is there', async () => {
    assert.equal((await bench.sh('perl -MFcntl -e 0')).code, 0);
  });

  it('refuses a drive in use, and another one than was meant, before anything is written', async () => {
    const used = await claim('sdp', '8:240');
    assert.deepEqual([used.code, used.stderr.endsWith('Device or resource busy\n')], [76, true]);
    const other = await claim('sda', '8:16');
    assert.deepEqual([other.code, other.stderr.endsWith('dev/sda is 8:0, not 8:16\n')], [77, true]);
    assert.equal(existsSync(path.join(bench.root, 'run/pid')), false);
  });

  it('leaves pid and start time, and keeps the drive for itself', async () => {
    const running = claim('sda', '8:0', 'badblocks -X -w -v -b 16384 "$BURNIN_ROOT/dev/sda"');
    await until('the writer writes', () => writersOf(bench.root).length === 1);
    const [pid, start] = bench.read('run/pid').trim().split(' ');
    const stat = bench.read(`proc/${pid}/stat`);
    assert.equal(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19], start);
    assert.equal((await claim('sda', '8:0')).code, 76);
    process.kill(Number(pid), 'SIGTERM');
    await running;
    assert.equal((await claim('sda', '8:0')).code, 0);
  });
});
