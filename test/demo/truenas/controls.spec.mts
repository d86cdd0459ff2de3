import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { openSshShell } from '../../../dist/lib/nas/open-ssh-shell.js';
import { buildEnvironment } from '../../../dist/lib/demo/run-command.js';
import { killWriters } from '../../../dist/lib/demo/writers.js';
import { runShell, until, writersOf } from '../support.mts';
import { get, openApi, openApiBench, type ApiBench, type Caller, type Json } from './clients.mts';

const healthy = 'ZR5A1K7Q';

describe('The controls of the rehearsal NAS', () => {
  let bench: ApiBench;
  let api: Caller;
  beforeEach(async () => {
    bench = await openApiBench('25.10', { speed: 100 });
    api = await openApi(bench);
  });
  afterEach(async () => {
    await killWriters(bench.root);
    await bench.close();
  });
  const sh = async (script: string) => (await runShell(bench.root, script)).stdout;
  const disk = async (serial: string, extra: object = { pools: true }) =>
    ((await api.ask('disk.query', [[['serial', '=', serial]], { extra }])) as Json[])[0] ?? null;
  const pool = async (name = 'tank') =>
    ((await api.ask('pool.query', [[['name', '=', name]]])) as Json[])[0] ?? null;
  const leafOf = (entry: Json | null) =>
    (entry?.['topology'] as { data: Json[] } | undefined)?.data[0] ?? null;

  it('bring every writer to its end within a moment', async () => {
    const child = spawn('/bin/sh', ['-c', 'exec badblocks -X -w -v -b 16384 "$BURNIN_ROOT/dev/sda"'], {
      env: buildEnvironment(bench.root),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until('it writes', () => writersOf(bench.root).length === 1);
    bench.nas.completeAll();
    await until('it is done', () => child.exitCode === 0);
    assert.match(said, /Pass completed, 0 bad blocks found/);
  });

  it('slow the time of the NAS down and up again', () => {
    bench.nas.slowDown(100);
    assert.match(readClock(bench.root), / 1\n$/);
    bench.nas.slowDown(1);
    assert.match(readClock(bench.root), / 100\n$/);
  });

  it('swap a drive for another one in its bay, under the same name', async () => {
    const before = await disk(healthy);
    bench.nas.pull('ZVT8QJ6D');
    bench.nas.hotSwap(healthy, 'ZVT8QJ6D');
    const after = await disk('ZVT8QJ6D');
    assert.deepEqual([after?.['name'], after?.['enclosure']], [before?.['name'], before?.['enclosure']]);
    assert.equal(await sh('lsblk -dno SERIAL /dev/sda'), 'ZVT8QJ6D\n');
    assert.equal(await disk(healthy), null);
    const gone = await disk(healthy, { include_expired: true });
    assert.equal(typeof (gone?.['expiretime'] as Json)['$date'], 'number');
    assert.throws(() => bench.nas.hotSwap('ZVT8QJ6D', '7SGK2D1C'), /does not fit/);
    assert.throws(() => bench.nas.hotSwap(healthy, 'ZR5B82MT'), /not plugged in/);
  });

  it("let TrueNAS's table of disks lag behind the kernel", async () => {
    bench.nas.api.holdDiskTable(true);
    bench.nas.renumber();
    assert.equal((await disk(healthy))?.['name'], 'sda');
    const extra = { pools: false, real_names: true };
    assert.equal((await disk(healthy, extra))?.['real_name'], 'sdb');
    const serials = (await api.ask('device.get_info', [{ type: 'DISK', serials_only: true }])) as Json;
    assert.equal(serials['sdb'], healthy);
    assert.equal(await sh('lsblk -dno SERIAL /dev/sdb'), `${healthy}\n`);
    bench.nas.api.holdDiskTable(false);
    assert.equal((await disk(healthy))?.['name'], 'sdb');
  });

  it('cut SSH and API off for a while', async () => {
    const shell = openSshShell({
      ...bench.nas.ssh,
      timings: { reconnect: { firstMs: 50, longestMs: 100 } },
    });
    const run = () => shell.run({ script: 'echo here', timeoutMs: 5000 });
    assert.equal((await run()).stdout, 'here\n');
    bench.nas.cut(400);
    assert.equal(await api.closed, 1006);
    await assert.rejects(get(bench.settings, '/api/versions'));
    await until('the API is back', async () =>
      get(bench.settings, '/api/versions').then(
        () => true,
        () => false,
      ),
    );
    await until('SSH is back', async () =>
      run().then(
        () => true,
        () => false,
      ),
    );
    await shell.close();
  }).timeout(20_000);

  it('show a scan to zpool and API until it is ended', async () => {
    bench.nas.startScrub('tank', 'resilver');
    assert.match(await sh('zpool status -LP'), /scan: resilver in progress since .*\n.*\n.*37\.50% done/);
    const scan = (await pool())?.['scan'] as Json;
    assert.deepEqual([scan['function'], scan['end_time']], ['RESILVER', null]);
    bench.nas.endScrub();
    assert.doesNotMatch(await sh('zpool status -LP'), /scan:/);
    assert.equal(((await pool())?.['scan'] as Json)['state'], 'FINISHED');
    assert.throws(() => bench.nas.startScrub('nonsense'), /no pool nonsense/);
  });

  it('make a pool give its member up: no disk in the leaf, and nobody claims the drive', async () => {
    bench.nas.setPool('tank', 'faulted');
    const leaf = leafOf(await pool());
    const row = await disk('ZR52TANK');
    assert.deepEqual(
      [leaf?.['status'], leaf?.['disk'], leaf?.['guid']],
      ['FAULTED', null, row?.['zfs_guid']],
    );
    assert.equal(row?.['pool'], 'tank');
    assert.match(await sh('zpool status -LP'), /\/dev\/sdp1 +FAULTED .*too many errors/);
    assert.equal(existsSync(path.join(bench.root, 'rehearsal/drives/ZR52TANK/used')), false);
    const alerts = (await api.ask('alert.list')) as Json[];
    assert.ok(alerts.some(({ klass }) => klass === 'VolumeStatus'));
  });

  it('leave a lost member in the topology with what is known of it', async () => {
    bench.nas.pull('ZR52TANK');
    const leaf = leafOf(await pool());
    assert.deepEqual([leaf?.['status'], leaf?.['disk']], ['UNAVAIL', null]);
    assert.equal((leaf?.['unavail_disk'] as Json)['serial'], 'ZR52TANK');
  });

  it('make a pool fail to import: no topology, and only the import scan knows its disks', async () => {
    for (const [name, serial] of [
      ['tank', 'ZR52TANK'],
      ['archive', '2YJ6ARCH'],
    ] as const) {
      bench.nas.setPool(name, 'offline');
      const entry = await pool(name);
      assert.deepEqual([entry?.['status'], entry?.['topology']], ['OFFLINE', null]);
      assert.equal((await disk(serial))?.['pool'], null);
      const used = (await api.ask('disk.get_used')) as Json[];
      assert.equal(used.find((row) => row['serial'] === serial)?.['exported_zpool'], name);
    }
    assert.deepEqual(await api.ask('pool.get_disks'), []);
    assert.doesNotMatch(await sh('zpool status -LP; findmnt'), /tank/);
    bench.nas.setPool('archive', 'online');
    assert.equal(leafOf(await pool('archive'))?.['disk'], 'sdq');
    assert.throws(() => bench.nas.setPool('boot-pool', 'offline'), /no pool boot-pool/);
  });

  it('keep notes and conditions over a power cut, and lose them with a reset', async () => {
    const row = await disk(healthy);
    await api.ask('disk.update', [row?.['identifier'], { description: 'mine' }]);
    bench.nas.setPool('tank', 'faulted');
    const boot = await get(bench.settings, '/api/boot_id');
    await bench.nas.reboot();
    await api.closed;
    assert.notEqual((await get(bench.settings, '/api/boot_id')).body, boot.body);
    api = await openApi(bench);
    assert.equal((await disk(healthy))?.['description'], 'mine');
    assert.equal((await pool())?.['status'], 'DEGRADED');
    await bench.nas.reset();
    api = await openApi(bench);
    assert.equal((await disk(healthy))?.['description'], '');
    assert.equal((await pool())?.['status'], 'ONLINE');
    assert.equal(bench.nas.version, '25.10');
  });
});

describe('The midclt of the rehearsal NAS', () => {
  let bench: ApiBench;
  beforeEach(async () => (bench = await openApiBench('24.10')));
  afterEach(() => bench.close());
  const midclt = (words: string) => runShell(bench.root, `midclt call ${words}`);

  it('answers as the API does, without a key', async () => {
    const api = await openApi(bench);
    const params = `'[["serial","=","ZR52TANK"]]' '{"extra":{"pools":true}}'`;
    const { code, stdout } = await midclt(`disk.query ${params}`);
    assert.equal(code, 0);
    const asked = [[['serial', '=', 'ZR52TANK']], { extra: { pools: true } }];
    assert.deepEqual(JSON.parse(stdout), await api.ask('disk.query', asked));
    assert.equal((await midclt('smart.test.abort sda')).stdout, 'null\n', 'a bare word');
  });

  it('prints text bare and truth as Python does', async () => {
    assert.equal((await midclt('system.version')).stdout, 'TrueNAS-SCALE-24.10.2.4\n');
    assert.equal((await midclt('system.ready')).stdout, 'True\n');
  });

  it('fails with words on standard error', async () => {
    const { code, stdout, stderr } = await midclt('no.such');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^\[ENOMETHOD\] Method 'no\.such' not found\nTraceback/);
    assert.equal((await runShell(bench.root, 'midclt ping')).code, 2);
  });

  it('answers many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => midclt('system.version')));
    assert.deepEqual([...new Set(answers.map(({ stdout }) => stdout))], ['TrueNAS-SCALE-24.10.2.4\n']);
  });

  it('reaches private methods, and is not there on a plain Linux', async () => {
    await bench.nas.setVersion('25.10');
    assert.equal((await midclt('disk.get_unused')).code, 0);
    await bench.nas.setVersion('linux');
    assert.equal((await runShell(bench.root, 'command -v midclt | grep -F "$BURNIN_ROOT"')).code, 1);
  });
});

function readClock(root: string): string {
  return readFileSync(path.join(root, 'rehearsal/clock'), 'utf8');
}
