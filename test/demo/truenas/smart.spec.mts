import assert from 'node:assert/strict';

import { runShell, until } from '../support.mts';
import { dataOf, openApi, openApiBench, type ApiBench, type Caller, type Json } from './clients.mts';

const healthy = 'ZR5A1K7Q';
const identifier = '{serial_lunid}ZR5A1K7Q_5000c500d1a23b41';
const nvme = '{serial_lunid}S64DNX0R903188K_002538d911b04c2e';

describe('Self-tests on the rehearsal TrueNAS', () => {
  let bench: ApiBench;
  let api: Caller;
  const open = async (version: Parameters<typeof openApiBench>[0], speed = 1) => {
    bench = await openApiBench(version, { speed });
    api = await openApi(bench);
  };
  afterEach(() => bench.close());
  const start = async (which: string, type = 'LONG') =>
    ((await api.ask('smart.test.manual_test', [[{ identifier: which, type }]])) as Json[])[0] ?? {};
  const resultOf = async (disk: string) =>
    (await api.ask('smart.test.results', [[['disk', '=', disk]], { get: true }])) as {
      tests: Json[];
      current_test: Json | null;
      serial?: string;
    };
  const smartctl = async (device: string) => {
    const { stdout } = await runShell(bench.root, `smartctl -x --json=o "$BURNIN_ROOT/dev/${device}"`);
    return JSON.parse(stdout) as {
      ata_smart_data: { self_test: { status: Json } };
      nvme_self_test_log?: Json;
    };
  };

  for (const version of ['core-13.3', '24.10', '25.04'] as const) {
    const isCore = version === 'core-13.3';
    const disk = isCore ? 'da0' : 'sda';

    it(`run by the API of ${version}, with a job that watches`, async () => {
      await open(version);
      const started = await start(identifier);
      assert.deepEqual(
        [started['disk'], typeof started['job'], 'error' in started],
        [disk, 'number', !isCore],
      );
      const again = await start(identifier);
      assert.match(String(again['error']), /Can't start self-test/);
      const { tests, current_test, serial } = await resultOf(disk);
      assert.deepEqual([tests[0]?.['status'], current_test], ['RUNNING', { progress: 10 }]);
      assert.equal(tests[0]?.['num'], version === '25.04' ? 0 : 1);
      assert.equal(serial, isCore ? undefined : healthy);
      const jobs = (await api.ask('core.get_jobs', [[['id', '=', started['job']]]])) as Json[];
      assert.deepEqual([jobs[0]?.['method'], jobs[0]?.['state']], ['smart.test.wait', 'RUNNING']);
      assert.equal('abortable' in (jobs[0] ?? {}), !isCore);
      const { status } = (await smartctl('sda')).ata_smart_data.self_test;
      assert.deepEqual(status, { value: 249, string: 'in progress, 90% remaining', remaining_percent: 90 });
    });

    it(`are aborted as ${version} can`, async () => {
      await open(version);
      const { job } = await start(identifier);
      if (isCore) {
        assert.equal(dataOf(await api.call('smart.test.abort', [disk]))['error'], 201);
        return;
      }
      assert.equal(await api.ask('core.job_abort', [job]), null);
      const { tests, current_test } = await resultOf(disk);
      assert.equal(tests[0]?.['status'], 'ABORTED');
      assert.deepEqual(current_test, version === '25.04' ? { progress: 10 } : null, 'the trap of 25.04');
      const { status } = (await smartctl('sda')).ata_smart_data.self_test;
      assert.equal(status['value'], 0);
    });

    it(`refuse what ${version} cannot test`, async () => {
      await open(version);
      for (const which of isCore ? ['{serial}7SGK2D1C', nvme] : ['{serial}7SGK2D1C', 'nonsense']) {
        const refused = dataOf(
          await api.call('smart.test.manual_test', [[{ identifier: which, type: 'SHORT' }]]),
        );
        assert.equal((refused['extra'] as unknown[][])[0]?.[0], 'disks.0.identifier');
      }
      if (!isCore) assert.equal((await start(nvme, 'SHORT'))['error'], null);
    });
  }

  it('end by themselves, and the job with them, told to those who listen', async () => {
    await open('24.10', 36_000);
    api.send({ id: 'jobs', msg: 'sub', name: 'core.get_jobs' });
    await api.hear(({ msg }) => msg === 'ready');
    api.send({ id: 'progress', msg: 'sub', name: 'smart.test.progress:sda' });
    const { job } = await start(identifier, 'SHORT');
    const ended = await api.hear(
      (message) => message['id'] === job && (message['fields'] as Json)['state'] === 'SUCCESS',
    );
    assert.equal((ended['fields'] as { progress: Json }).progress['percent'], 100);
    const progress = await api.hear(({ collection }) => collection === 'smart.test.progress:sda');
    assert.ok('progress' in (progress['fields'] as Json));
    const { tests, current_test } = await resultOf('sda');
    assert.deepEqual([tests[0]?.['status'], current_test], ['SUCCESS', null]);
  });

  it('of somebody else go on until they are ended, for smartctl as for the API', async () => {
    await open('24.10', 36_000);
    bench.nas.startSelfTest(healthy);
    const { status } = (await smartctl('sda')).ata_smart_data.self_test;
    assert.deepEqual(status, { value: 246, string: 'in progress, 60% remaining', remaining_percent: 60 });
    assert.deepEqual((await resultOf('sda')).current_test, { progress: 40 });
    bench.nas.endSelfTest(healthy, 'failed');
    assert.equal((await smartctl('sda')).ata_smart_data.self_test.status['value'], 0);
    assert.equal((await resultOf('sda')).tests[0]?.['status'], 'FAILED');
    bench.nas.startSelfTest('S64DNX0R903188K', 'SHORT');
    const log = (await smartctl('nvme0n1')).nvme_self_test_log ?? {};
    assert.deepEqual(
      [log['current_self_test_operation'], log['current_self_test_completion_percent']],
      [{ value: 1, string: 'Short self-test in progress' }, 40],
    );
    assert.throws(() => bench.nas.startSelfTest('7SGK2D1C'), /no SMART/);
  });

  it('are interrupted by a power cut, and their jobs forgotten', async () => {
    await open('24.10');
    await start(identifier);
    await bench.nas.reboot();
    await api.closed;
    api = await openApi(bench);
    assert.equal((await resultOf('sda')).tests[0]?.['status_verbose'], 'Interrupted (host reset)');
    assert.deepEqual(await api.ask('core.get_jobs'), []);
  });

  it('can be started on 25.10 by a private helper that tells nothing', async () => {
    await open('25.10');
    assert.equal(await api.ask('disk.smart_test', ['LONG', [identifier]]), null);
    assert.equal((await smartctl('sda')).ata_smart_data.self_test.status['value'], 249);
    await until('no job', async () => ((await api.ask('core.get_jobs')) as Json[]).length === 0);
  });
});
