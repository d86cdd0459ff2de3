import assert from 'node:assert/strict';
import { readTruenasDisks } from '../../dist/lib/core/read-truenas-disks.js';
import { readTruenasAlerts, readTruenasTemperatures } from '../../dist/lib/core/read-truenas-health.js';
import { readTruenasPools } from '../../dist/lib/core/read-truenas-pools.js';
import { readTruenasScrubs, readTruenasSmartJobs } from '../../dist/lib/core/read-truenas-tasks.js';
import { readTruenasDevices, readTruenasNames } from '../../dist/lib/core/read-truenas-usage.js';
import { problemOf, valueOf } from './truenas-samples.mts';

const schedule = { minute: '0', hour: '0', dom: '*', month: '*', dow: '7' };

describe('An answer of TrueNAS without measure', () => {
  it('is no answer when it has more rows than there can be drives', () => {
    const names = Array.from({ length: 4001 }, (_, index) => `sd${index}`);
    assert.match(problemOf(readTruenasNames('boot.get_disks', names)), /has more than 4000 rows/);
    assert.equal(valueOf(readTruenasNames('boot.get_disks', names.slice(1))).length, 4000);
    assert.match(problemOf(readTruenasDisks(names)), /more than 4000 rows/);
    assert.match(problemOf(readTruenasAlerts(names)), /more than 4000 rows/);
    const table = Object.fromEntries(names.map((name) => [name, 20]));
    assert.match(problemOf(readTruenasTemperatures(table)), /more than 4000 members/);
    assert.match(problemOf(readTruenasDevices(table)), /more than 4000 members/);
    assert.match(problemOf(readTruenasScrubs(Array(501).fill(0))), /more than 500 rows/);
  });

  it('may have a very wide pool, which is walked all the same', () => {
    const leaf = { type: 'DISK', status: 'ONLINE', guid: '1', disk: 'sda', children: [] };
    const children = Array<unknown>(200_000).fill(leaf);
    const topology = { data: [{ type: 'MIRROR', status: 'ONLINE', guid: '2', disk: null, children }] };
    const [pool] = valueOf(readTruenasPools([{ name: 'tank', status: 'ONLINE', topology }]));
    assert.equal(pool?.members?.length, 200_000);
  });

  it('puts no long or broken text into a schedule or the name of a test', () => {
    const [scrub] = valueOf(
      readTruenasScrubs([
        { pool_name: 'p', schedule: { ...schedule, minute: '1\n2', hour: '1,'.repeat(500) } },
      ]),
    );
    assert.equal(scrub?.schedule.minute, '1 2');
    assert.equal(scrub.schedule.hour.length, 200);
    const command = `midclt call disk.smart_test ${'L'.repeat(5000)} '["*"]'`;
    const [job] = valueOf(readTruenasSmartJobs([{ command, schedule }]));
    assert.equal(job?.test.length, 50);
  });
});
