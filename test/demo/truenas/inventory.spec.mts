import assert from 'node:assert/strict';

import { releases, type TruenasRelease } from '../../../dist/lib/demo/truenas/versions.js';
import { fail } from '../support.mts';
import {
  dataOf,
  errorOf,
  openApi,
  openApiBench,
  openRpc,
  loginEx,
  type ApiBench,
  type Caller,
  type Json,
} from './clients.mts';

const rows = Object.keys(releases) as TruenasRelease[];
const order = ['core-13.0', 'core-13.3', '24.10', '25.04', '25.10', '26'];
const isSince = (version: string, first: string) => order.indexOf(version) >= order.indexOf(first);

/** Every field of §5.1 that all releases have. */
const commonFields = (
  'identifier name devname subsystem number serial lunid size description transfermode hddstandby advpowermgmt ' +
  'expiretime model rotationrate type zfs_guid bus enclosure pool'
).split(' ');
const smartFields = 'togglesmart smartoptions critical difference informational'.split(' ');
const coreFields = 'acousticlevel hddstandby_force multipath_name multipath_member'.split(' ');

/** Presence of a method by release: the matrix of §0. */
const matrix: Record<string, (version: string) => boolean> = {
  'system.version': () => true,
  'system.product_type': () => true,
  'system.boot_id': () => true,
  'system.info': () => true,
  'disk.query': () => true,
  'pool.query': () => true,
  'pool.get_disks': () => true,
  'boot.get_disks': () => true,
  'alert.list': () => true,
  'cronjob.query': () => true,
  'pool.scrub.query': () => true,
  'iscsi.extent.query': () => true,
  'core.get_jobs': () => true,
  'disk.details': (version) => isSince(version, '24.10'),
  'disk.get_used': (version) => isSince(version, '24.10'),
  'disk.get_unused': () => true,
  'disk.temperature_agg': (version) => isSince(version, '24.10'),
  'disk.temperature_alerts': (version) => isSince(version, '24.10'),
  'enclosure2.query': (version) => isSince(version, '24.10'),
  'system.version_short': (version) => isSince(version, '24.10'),
  'disk.temperature': (version) => !isSince(version, '25.10'),
  'smart.test.query': (version) => !isSince(version, '25.10'),
  'smart.test.results': (version) => !isSince(version, '25.10'),
  'smart.test.manual_test': (version) => !isSince(version, '25.10'),
  'smart.config': (version) => !isSince(version, '25.10'),
  'smart.test.abort': (version) => version === '24.10' || version === '25.04',
  'disk.smart_test': (version) => isSince(version, '25.10'),
  'zpool.query': (version) => isSince(version, '25.10'),
  'core.set_options': (version) => isSince(version, '25.04'),
  'auth.login_ex': (version) => isSince(version, '25.04'),
  'alert.oneshot_create': () => false,
};

async function disksOf(api: Caller, options: object = { extra: { pools: true } }): Promise<Json[]> {
  return (await api.ask('disk.query', [[], options])) as Json[];
}

for (const version of rows) {
  describe(`What the rehearsal TrueNAS ${version} tells`, () => {
    let bench: ApiBench;
    let api: Caller;
    before(async () => {
      bench = await openApiBench(version);
      api = await openApi(bench);
    });
    after(async () => {
      api.close();
      await bench.close();
    });
    const isCore = version.startsWith('core');
    const disk = async (serial: string) =>
      (await disksOf(api)).find((each) => each['serial'] === serial) ?? fail(`no ${serial}`);

    it('has the methods of its release, and no others', async () => {
      for (const [method, isIn] of Object.entries(matrix)) {
        const answer = await api.call(method, method === 'disk.smart_test' ? ['SHORT', []] : []);
        const error = answer['error'] as Json | undefined;
        const isAbsent = error?.['code'] === -32601 || error?.['error'] === 201;
        assert.equal(!isAbsent, isIn(version), `${method}: ${JSON.stringify(error)}`);
      }
    });

    it('lists every drive with exactly the fields of its release', async () => {
      const disks = await disksOf(api);
      assert.equal(disks.length, bench.nas.drives.length);
      const wanted = [...commonFields];
      if (!isSince(version, '25.10')) wanted.push(...smartFields);
      if (isCore) wanted.push(...coreFields);
      else if (!isSince(version, '25.10')) wanted.push('supports_smart');
      if (version === '26') wanted.push('sed');
      for (const each of disks) assert.deepEqual(Object.keys(each).sort(), [...wanted].sort());
    });

    it('identifies drives as the release does', async () => {
      const one = await disk('ZR5A1K7Q');
      assert.deepEqual(
        [one['identifier'], one['lunid'], one['size'], one['type'], one['rotationrate']],
        ['{serial_lunid}ZR5A1K7Q_5000c500d1a23b41', '5000c500d1a23b41', 18_000_207_937_536, 'HDD', 7200],
      );
      assert.equal(one['name'], isCore ? 'da0' : 'sda');
      assert.equal(one['number'], isCore ? 0 : 2048);
      assert.deepEqual(one['enclosure'], { number: 0, slot: 1 });
      const nvme = await disk('234108015492');
      const lunid = isSince(version, '25.10') ? 'e8238fa6bf530001001b448b4e1a7702' : null;
      assert.equal(nvme['lunid'], lunid);
      assert.equal(
        nvme['identifier'],
        lunid === null ? '{serial}234108015492' : `{serial_lunid}234108015492_${lunid}`,
      );
      assert.equal((await disk('7SGK2D1C'))['identifier'], '{serial}7SGK2D1C');
    });

    it('takes a serial of digits for text', async () => {
      const find = (value: unknown) => api.ask('disk.query', [[['serial', '=', value]]]);
      assert.equal(((await find('234108015492')) as Json[]).length, 1);
      assert.deepEqual(await find(234108015492), []);
      const several = await api.ask('disk.query', [[['serial', 'in', ['234108015492', 'ZR5A1K7Q']]]]);
      assert.equal((several as Json[]).length, 2);
    });

    it('filters and shapes as asked', async () => {
      const names = (filters: unknown[], options: object = {}) =>
        api.ask('disk.query', [filters, { select: ['serial'], ...options }]);
      assert.deepEqual(await names([['serial', '~', 'ZR52']]), [{ serial: 'ZR52TANK' }]);
      assert.deepEqual(await names([['serial', 'C=', 'zr52tank']]), [{ serial: 'ZR52TANK' }]);
      const count = bench.nas.drives.length;
      assert.equal(await names([['serial', '!=', 'ZR52TANK']], { count: true }), count - 1);
      const either = [
        [
          'OR',
          [
            ['serial', '=', 'ZR52TANK'],
            ['serial', '$', 'K7Q'],
          ],
        ],
      ];
      assert.equal(await names(either, { count: true }), 2);
      const [first] = (await names([], { order_by: ['-serial'], limit: 1 })) as Json[];
      assert.equal(first?.['serial'], 'ZXA0PM7B');
      assert.deepEqual(await names([['serial', '=', 'ZR52TANK']], { get: true }), { serial: 'ZR52TANK' });
      const missing = dataOf(await api.call('disk.query', [[['serial', '=', 'x']], { get: true }]));
      assert.deepEqual([missing['error'], (missing['trace'] as Json)['class']], [22, 'MatchNotFound']);
      const instance = await api.call('disk.get_instance', ['{serial}x']);
      const [[attribute, , errno] = []] = dataOf(instance)['extra'] as unknown[][];
      assert.deepEqual([attribute, errno], [null, 2]);
    });

    it('says of pools what zpool and lsblk say of the same drives', async () => {
      const member = await disk('ZR52TANK');
      assert.equal(member['pool'], 'tank');
      assert.equal((await disksOf(api, {})).find(({ serial }) => serial === 'ZR52TANK')?.['pool'], null);
      assert.deepEqual(await api.ask('pool.get_disks'), [member['name']]);
      const boot = await disk('S64DNX0R903188K');
      assert.equal(boot['pool'], 'boot-pool');
      assert.deepEqual(await api.ask('boot.get_disks'), [boot['name']]);
      const pools = (await api.ask('pool.query')) as { name: string; topology: { data: Json[] } }[];
      assert.deepEqual(
        pools.map(({ name }) => name),
        ['tank'],
      );
      const leaf = pools[0]?.topology.data[0];
      assert.deepEqual(
        [leaf?.['disk'], leaf?.['guid'], leaf?.['status']],
        [member['name'], member['zfs_guid'], 'ONLINE'],
      );
      for (const serial of ['2YJ6ARCH', '81N0A0OLDX4K']) {
        const { pool, zfs_guid } = await disk(serial);
        assert.deepEqual([pool, zfs_guid], [null, null]);
      }
    });

    it('tells live devices in the form of its release', async () => {
      const params = isCore ? ['DISK'] : [{ type: 'DISK', get_partitions: false, serials_only: false }];
      const devices = (await api.ask('device.get_info', params)) as Record<string, Json>;
      assert.equal(Object.keys(devices).length, bench.nas.drives.length);
      const one = devices[isCore ? 'da0' : 'sda'] ?? fail('no first disk');
      assert.deepEqual([one['ident'], one['mediasize']], ['ZR5A1K7Q', 18_000_207_937_536]);
      const other = await api.call('device.get_info', isCore ? [{ type: 'DISK' }] : ['DISK']);
      assert.equal(dataOf(other)['error'], 22);
      if (isCore) return;
      const serials = await api.ask('device.get_info', [{ type: 'DISK', serials_only: true }]);
      assert.equal((serials as Json)['nvme1n1'], '234108015492');
    });

    it('tells which disks it takes for used', async () => {
      if (isCore) {
        const unused = (await api.ask('disk.get_unused', [true])) as Json[];
        const serials = unused.map(({ ident }) => ident);
        assert.ok(!serials.includes('ZR52TANK') && serials.includes('81N0A0OLDX4K'));
        return;
      }
      const both = (await api.ask('disk.details', [{ join_partitions: true, type: 'BOTH' }])) as {
        used: Json[];
        unused: Json[];
      };
      const about = (rows: Json[]) =>
        Object.fromEntries(
          rows.map((row) => [row['serial'], [row['imported_zpool'], row['exported_zpool']]]),
        ) as Json;
      assert.deepEqual(about(both.used), {
        ZR52TANK: ['tank', null],
        '2YJ6ARCH': [null, 'archive'],
        S64DNX0R903188K: ['boot-pool', null],
      });
      const mounted = both.unused.find(({ serial }) => serial === '81N0A0OLDX4K') ?? fail('not unused');
      assert.equal((mounted['partitions'] as Json[]).length, 1);
      assert.deepEqual(mounted['duplicate_serial'], []);
      const unused = (await api.ask('disk.details', [{ type: 'UNUSED' }])) as Json[];
      assert.equal(unused.length, both.unused.length);
      assert.equal(((await api.ask('disk.get_used', [false])) as Json[]).length, 3);
    });

    it('keeps a description of up to 120 characters', async () => {
      const { identifier } = await disk('ZR5A1K7Q');
      const note = 'x'.repeat(120);
      const entry = (await api.ask('disk.update', [identifier, { description: note }])) as Json;
      assert.equal(entry['description'], note);
      assert.equal((await disk('ZR5A1K7Q'))['description'], note);
      const long = dataOf(await api.call('disk.update', [identifier, { description: `${note}x` }]));
      assert.deepEqual(
        [long['error'], (long['extra'] as unknown[][])[0]?.[0]],
        [22, 'disk_update.description'],
      );
      const missing = dataOf(await api.call('disk.update', ['{serial}x', {}]));
      assert.equal((missing['extra'] as unknown[][])[0]?.[2], 2);
    });

    it('tells temperatures by the signature of its release', async () => {
      const [name = '', usb = ''] = isCore ? ['da0', 'da18'] : ['sda', 'sds'];
      const tell = (...params: unknown[]) => api.ask('disk.temperatures', params);
      if (isCore) {
        assert.deepEqual(await tell([name], 'NEVER'), { da0: 31 });
        assert.deepEqual(await tell(['da1'], 'NEVER'), { da0: 31 }, 'one cache for all');
      } else if (isSince(version, '25.10')) {
        assert.deepEqual(await tell([name, usb]), { sda: 31, sds: null });
        assert.deepEqual(await tell([name, usb], true), { sda: [31, 60], sds: null });
        assert.equal(dataOf(await api.call('disk.temperatures', [[name], { cache: 1 }]))['error'], 22);
        assert.deepEqual(await api.ask('disk.temperature_agg', [[name], 7]), {
          sda: { min: 31, max: 31, avg: 31 },
        });
      } else {
        const options = { cache: 290, only_cached: false, powermode: 'NEVER' };
        assert.deepEqual(await tell([name, usb], options), { sda: 31, sds: version === '25.04' ? 0 : null });
        assert.deepEqual(await api.ask('disk.temperature_agg', [[name], 7]), {});
        assert.equal(await api.ask('disk.temperature', [name]), 31);
      }
    });

    it('tells schedules of self-tests where its release has them', async () => {
      const jobs = (await api.ask('cronjob.query', [
        [['command', '~', 'midclt call disk.smart_test']],
      ])) as Json[];
      assert.equal(jobs.length, isSince(version, '25.10') ? 1 : 0);
      if (isSince(version, '25.10')) return;
      assert.equal(((await api.ask('smart.test.query')) as Json[]).length, 1);
    });
  });
}

describe('An older path of a newer rehearsal TrueNAS', () => {
  it('knows the methods of its own time alone, and no removed ones', async () => {
    const bench = await openApiBench('25.10');
    const old = await openRpc(bench.settings, '/api/v25.04.2');
    await loginEx(old, bench.settings);
    assert.equal(((await old.ask('disk.query')) as Json[]).length, bench.nas.drives.length);
    const details = errorOf(await old.call('disk.details', [{}]));
    assert.deepEqual([details['code'], (details['data'] as Json)['error']], [-32001, 201]);
    assert.equal(errorOf(await old.call('smart.test.results'))['code'], -32601);
    const pinned = await openRpc(bench.settings, '/api/v25.10.0');
    await loginEx(pinned, bench.settings);
    assert.ok(await pinned.ask('disk.details', [{}]));
    await bench.close();
  });

  it('tells zpools on 26: the boot pool too, and a single disk as a stripe', async () => {
    const bench = await openApiBench('26');
    const api = await openApi(bench);
    bench.nas.startScrub();
    const pools = (await api.ask('zpool.query', [{ topology: true, scan: true }])) as Json[];
    assert.deepEqual(
      pools.map(({ name }) => name),
      ['boot-pool', 'tank'],
    );
    const tank = pools[1] as { topology: { stripe: Json[] }; scan: Json };
    assert.deepEqual([tank.topology.stripe[0]?.['name'], tank.scan['percentage']], ['/dev/sdp1', 37.5]);
    await bench.close();
  });
});
