import assert from 'node:assert/strict';

import { joinTruenas } from '../../../dist/lib/core/join-truenas.js';
import { UnreachableError } from '../../../dist/lib/core/refusal.js';
import { TruenasError } from '../../../dist/lib/core/truenas-error.js';
import { openTruenasNas } from '../../../dist/lib/nas/truenas/open-truenas-nas.js';
import type { TruenasCaller } from '../../../dist/lib/nas/truenas/truenas-caller.js';
import {
  capture,
  drive,
  free,
  inventoryOf,
  report,
  rows,
  version,
  words,
} from '../../core/truenas-samples.mts';
import type { Row } from '../../core/truenas-samples.mts';

type Answer = (params: readonly unknown[]) => unknown;

interface Fake extends TruenasCaller {
  /** Every call so far: method and parameters. */
  readonly calls: (readonly [method: string, params: readonly unknown[]])[];
  /** The most calls that were under way at once. */
  readonly most: () => number;
  /** Methods that may be called twice. */
  readonly repeatable: Set<string>;
}

/** A middleware that answers with the captures of a version; others say what it answers instead. */
function openFake(row: Row, answers: Readonly<Record<string, Answer>> = {}): Fake {
  const calls: Fake['calls'] = [];
  const repeatable = new Set<string>();
  let [running, most] = [0, 0];
  const answer = (method: string, params: readonly unknown[]): unknown => {
    const given = answers[method];
    if (given !== undefined) return given(params);
    const captured = capture(row, method);
    if (captured === undefined) throw new TruenasError('no_method', `Method "${method}" not found`);
    return captured;
  };
  return {
    view: { way: 'json_rpc', version: rows[row], link: 'connected', message: '' },
    // As with a socket, known once one call was answered.
    get version() {
      return calls.length > 0 ? version(row) : null;
    },
    call: async (method, params, options) => {
      calls.push([method, params]);
      if (options?.isRepeatable === true) repeatable.add(method);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return answer(method, params);
    },
    onHint: () => () => undefined,
    onChange: () => () => undefined,
    close: () => Promise.resolve(),
    calls,
    most: () => most,
    repeatable,
  };
}

const fail = (error: Error) => () => {
  throw error;
};
const note = { result: 'passed', atMs: Date.parse('2026-11-22T12:00:00Z') } as const;

describe('openTruenasNas', () => {
  it('reads a pre-flight of every version without a gap, at most eight calls at a time', async () => {
    for (const row of Object.keys(rows) as Row[]) {
      const caller = openFake(row);
      const nas = openTruenasNas(caller, { hasHost: true });
      const inventory = await nas.readPreflight();
      assert.deepEqual([inventory.gaps, inventory.unread], [[], []], row);
      assert.deepEqual(inventory, { ...inventoryOf(row), temperatures: null });
      assert.ok(caller.most() > 1 && caller.most() <= 8, `${caller.most()} calls at once`);
    }
  });

  it('keeps the limit over several readings at once', async () => {
    const caller = openFake('25.10');
    const nas = openTruenasNas(caller, { hasHost: true });
    await Promise.all([nas.readPreflight(), nas.readPreflight(), nas.readPreflight()]);
    assert.equal(caller.most(), 8);
  });

  it('asks two questions for showing, and the temperatures of all drives where no host tells them', async () => {
    const caller = openFake('25.10');
    await openTruenasNas(caller, { hasHost: true }).readInventory();
    assert.deepEqual(
      caller.calls.map(([method]) => method),
      ['disk.query', 'pool.query'],
    );
    const alone = openFake('25.10');
    const inventory = await openTruenasNas(alone, { hasHost: false }).readInventory();
    assert.deepEqual(alone.calls.at(-1), [
      'disk.temperatures',
      [['sda', 'sdb', 'sdc', 'sdd', 'sde', 'sdf', 'sdg', 'sdh', 'nvme0n1'], true],
    ]);
    assert.equal(inventory.temperatures?.length, 8);
  });

  it('never asks for passwords, and puts no serial into a filter', async () => {
    const caller = openFake('25.10');
    await openTruenasNas(caller, { hasHost: false }).readPreflight();
    assert.doesNotMatch(JSON.stringify(caller.calls), /passw|ZL2|0012345678/);
  });

  it('asks the next method where one is absent, and names a gap where there is none', async () => {
    const older = openFake('24.10', {
      'disk.details': fail(new TruenasError('no_method', 'gone')),
      'disk.get_unused': () => capture('core-13.0', 'disk.get_unused'),
    });
    const inventory = await openTruenasNas(older, { hasHost: true }).readPreflight();
    assert.equal(inventory.usage?.scope, 'unused');
    assert.deepEqual(inventory.gaps, []);
    const none = openFake('25.10', { 'disk.details': fail(new TruenasError('no_method', 'gone')) });
    const gap = await openTruenasNas(none, { hasHost: true }).readPreflight();
    assert.deepEqual(gap.gaps, ['this TrueNAS has no disk.details, this TrueNAS has no disk.get_unused']);
    const jobs = openFake('25.04', {
      'smart.test.query': fail(new TruenasError('no_method', 'gone')),
      'cronjob.query': () => [],
    });
    assert.deepEqual((await openTruenasNas(jobs, { hasHost: true }).readPreflight()).smartTasks, []);
  });

  it('turns every other "no" and every silence into a gap that locks all drives, and goes on', async () => {
    const table = [
      [
        new TruenasError('not_authorized', 'x'),
        'boot.get_disks is not allowed to this user, who needs the role READONLY_ADMIN',
      ],
      [new TruenasError('invalid', 'bad'), 'boot.get_disks failed: bad'],
      [new TruenasError('not_found', 'bad'), 'boot.get_disks failed: bad'],
      [new TruenasError('busy', 'bad'), 'boot.get_disks failed: bad'],
      [new TruenasError('too_many', 'bad'), 'boot.get_disks failed: bad'],
      [new TruenasError('failed', 'bad', 14), 'boot.get_disks failed: bad'],
      [new UnreachableError('no answer in 30 s'), 'boot.get_disks gave no answer: no answer in 30 s'],
    ] as const;
    for (const [error, gap] of table) {
      const caller = openFake('25.10', { 'boot.get_disks': fail(error) });
      const inventory = await openTruenasNas(caller, { hasHost: true }).readPreflight();
      assert.deepEqual(inventory.gaps, [gap]);
      assert.notEqual(inventory.usage, null);
      const joined = joinTruenas(report(free()), inventory);
      assert.deepEqual(words(joined.drives[0]?.locks ?? []), [`unproven TrueNAS: ${gap}`]);
    }
  });

  it('takes a failed feature for unread, which locks nothing', async () => {
    const caller = openFake('25.10', { 'alert.list': fail(new TruenasError('not_authorized', 'x')) });
    const inventory = await openTruenasNas(caller, { hasHost: true }).readPreflight();
    assert.deepEqual(inventory.gaps, []);
    assert.match(inventory.unread.join(), /^alert\.list is not allowed/);
  });

  it('rejects when the list of drives cannot be had, and takes a "no" there for a gap', async () => {
    const gone = openFake('25.10', { 'disk.query': fail(new UnreachableError('closed')) });
    await assert.rejects(openTruenasNas(gone, { hasHost: true }).readPreflight(), UnreachableError);
    const no = openFake('25.10', { 'disk.query': fail(new TruenasError('not_authorized', 'x')) });
    const inventory = await openTruenasNas(no, { hasHost: true }).readInventory();
    assert.equal(inventory.disks, null);
    assert.match(inventory.gaps.join(), /^disk\.query is not allowed/);
    const bug = openFake('25.10', { 'pool.query': fail(new TypeError('bug')) });
    await assert.rejects(openTruenasNas(bug, { hasHost: true }).readInventory(), TypeError);
    const worse = openFake('25.10', { 'disk.query': fail(new TypeError('bug')) });
    await assert.rejects(openTruenasNas(worse, { hasHost: true }).readInventory(), TypeError);
  });
});

describe('writeDescription', () => {
  const describing = (description: string, change: Record<string, unknown> = {}) => ({
    'disk.query': () =>
      (capture('25.10', 'disk.query') as Record<string, unknown>[]).map((row) =>
        row['name'] === 'sdf' ? { ...row, description, ...change } : row,
      ),
  });
  const write = async (answers: Readonly<Record<string, Answer>>, changes = {}) => {
    const caller = openFake('25.10', { 'disk.update': () => ({}), ...answers });
    const answer = await openTruenasNas(caller, { hasHost: true }).writeDescription(drive(changes), note);
    assert.deepEqual([...caller.repeatable], ['disk.query'], 'a write is never made twice');
    return { answer, updates: caller.calls.filter(([method]) => method === 'disk.update') };
  };

  it("reads, keeps the operator's text, and writes by identifier", async () => {
    const { answer, updates } = await write(describing('[burn-in failed 2025-01-01] shelf 3'));
    const text = '[burn-in passed 2026-11-22] shelf 3';
    assert.deepEqual(answer, { kind: 'written', text });
    assert.deepEqual(updates, [
      ['disk.update', ['{serial_lunid}ZL2ABC12_5000c500d1e2f3a4', { description: text }]],
    ]);
  });

  it('finds the drive wherever it is now', async () => {
    const { answer } = await write(describing('', { name: 'sdz', devname: 'sdz' }));
    assert.equal(answer.kind, 'written');
  });

  it('writes nothing that is already there', async () => {
    const { answer, updates } = await write(describing('[burn-in passed 2026-11-22] x'));
    assert.equal(answer.kind, 'unchanged');
    assert.deepEqual(updates, []);
  });

  it('writes nothing to a row that is not surely this drive', async () => {
    const table = [
      [describing(''), { serial: 'ZL9NEW01', wwn: null }, /does not know it/],
      [describing(''), { sizeBytes: 1e12 }, /says 18000207937536 bytes/],
      [describing('', { size: null }), {}, /no size/],
      [describing('', { identifier: '{devicename}sdf' }), {}, /\{devicename\} only/],
      [describing('', { expiretime: 1795300000000 }), {}, /removed/],
      [describing(''), { wwn: '0x5000c500d1e20001' }, /WWN/],
      [{ 'disk.query': () => 7 }, {}, /unreadable/],
      [describing('Gehäuse'), {}, /ASCII/],
    ] as const;
    for (const [answers, changes, reason] of table) {
      const { answer, updates } = await write(answers, changes);
      assert.ok(answer.kind === 'refused');
      assert.match(answer.reason, reason);
      assert.deepEqual(updates, []);
    }
  });

  it('takes a "no" of the middleware for a refusal, and rejects without an answer', async () => {
    const { answer } = await write({ 'disk.update': fail(new TruenasError('not_authorized', 'x')) });
    assert.deepEqual(answer, {
      kind: 'refused',
      reason: 'disk.update is not allowed to this user, who needs the role DISK_WRITE',
    });
    await assert.rejects(write({ 'disk.update': fail(new UnreachableError('closed')) }), UnreachableError);
  });
});
