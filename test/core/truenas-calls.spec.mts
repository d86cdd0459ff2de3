import assert from 'node:assert/strict';

import { listTruenasQuestions } from '../../dist/lib/core/truenas-calls.js';
import { TruenasError } from '../../dist/lib/core/truenas-error.js';
import type { TruenasDepth } from '../../dist/lib/core/truenas-inventory.js';
import { rows, version } from './truenas-samples.mts';
import type { Row } from './truenas-samples.mts';

/** Methods of the questions, alternatives with a slash. */
function methods(row: Row | null, depth: TruenasDepth, temperaturesOf: readonly string[] = []): string {
  const questions = listTruenasQuestions({
    depth,
    version: row === null ? null : version(row),
    temperaturesOf,
  });
  return questions.map(({ calls }) => calls.map(({ method }) => method).join('/')).join(' ');
}

function paramsOf(row: Row | null, method: string): unknown {
  const plan = {
    depth: 'preflight',
    version: row === null ? null : version(row),
    temperaturesOf: ['a', 'b'],
  } as const;
  return listTruenasQuestions(plan)
    .flatMap(({ calls }) => calls)
    .find((call) => call.method === method)?.params;
}

describe('listTruenasQuestions', () => {
  it('asks little for showing', () => {
    for (const row of Object.keys(rows) as Row[]) assert.equal(methods(row, 'inventory'), 'pool.query');
    assert.equal(methods('25.10', 'inventory', ['sda']), 'pool.query disk.temperatures');
  });

  it('asks everything before a write, by what each version has', () => {
    const names = 'device.get_info boot.get_disks pool.get_disks';
    const rest = 'pool.scrub.query alert.list system.info';
    const details = 'disk.details/disk.get_unused';
    const tests = 'smart.test.query/cronjob.query';
    assert.equal(
      methods('core-13.0', 'preflight'),
      `pool.query disk.get_unused ${names} iscsi.extent.query ${tests} ${rest}`,
    );
    for (const row of ['24.10', '25.04'] as const) {
      assert.equal(methods(row, 'preflight'), `pool.query ${details} ${names} ${tests} ${rest}`);
    }
    for (const row of ['25.10', '26', null] as const) {
      assert.equal(methods(row, 'preflight'), `pool.query ${details} ${names} cronjob.query ${rest}`);
    }
  });

  it('never asks for the results of self-tests: on 25.04 an aborted test is shown as running there', () => {
    for (const row of Object.keys(rows) as Row[]) {
      assert.doesNotMatch(
        methods(row, 'preflight', ['sda']),
        /smart\.test\.results|disk\.smart_test|wipe|update/,
      );
    }
  });

  it('uses the signature of each version', () => {
    assert.deepEqual(paramsOf('core-13.0', 'device.get_info'), ['DISK']);
    assert.deepEqual(paramsOf('26', 'device.get_info'), [
      { type: 'DISK', get_partitions: false, serials_only: false },
    ]);
    const older = { cache: 290, only_cached: false, powermode: 'NEVER' };
    assert.deepEqual(paramsOf('core-13.0', 'disk.temperatures'), [['a', 'b'], 'NEVER']);
    assert.deepEqual(paramsOf('24.10', 'disk.temperatures'), [['a', 'b'], older]);
    assert.deepEqual(paramsOf('25.04', 'disk.temperatures'), [['a', 'b'], older]);
    for (const row of ['25.10', '26', null] as const) {
      assert.deepEqual(paramsOf(row, 'disk.temperatures'), [['a', 'b'], true]);
    }
  });
});

describe('TruenasError', () => {
  it('carries why the middleware said no', () => {
    const error = new TruenasError('busy', 'claimed', 16);
    assert.deepEqual(
      [error.name, error.reason, error.message, error.errno],
      ['TruenasError', 'busy', 'claimed', 16],
    );
    assert.equal(new TruenasError('failed', 'x').errno, null);
  });
});
