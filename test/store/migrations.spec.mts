import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { UnusableDatabaseError } from '../../dist/lib/store/errors.js';
import { applicationId, migrate } from '../../dist/lib/store/migrations.js';
import { schemaSteps } from '../../dist/lib/store/schema.js';
import { buildJob, plan, TemporaryStores } from './temporary-store.mts';

describe('migrations of the database', () => {
  let stores: TemporaryStores;
  beforeEach(() => (stores = new TemporaryStores()));
  afterEach(() => stores.remove());

  const version = (database: Database.Database) => database.pragma('user_version', { simple: true });
  const schema = (database: Database.Database) =>
    database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();

  for (let earlier = 0; earlier <= schemaSteps.length; earlier += 1) {
    it(`lead from version ${earlier} to this one, keep the jobs and end in the same schema`, () => {
      const raw = stores.openRaw();
      migrate(raw, schemaSteps.slice(0, earlier));
      assert.equal(version(raw), earlier);
      if (earlier > 0) raw.exec(oldJob);
      raw.close();
      const store = stores.open();
      if (earlier > 0) {
        assert.deepEqual(store.jobs.get('old'), buildJob('old', 'S1'));
        assert.equal(store.stages.list('old')[0]?.kind, 'precheck');
      }
      assert.equal(store.jobs.admit({ job: buildJob('new'), plan }), 'admitted');
      stores.open(stores.file('fresh.db'));
      const [migrated, fresh] = [stores.openRaw(), stores.openRaw(stores.file('fresh.db'))];
      assert.equal(version(migrated), schemaSteps.length);
      assert.equal(migrated.pragma('application_id', { simple: true }), applicationId);
      assert.deepEqual(schema(migrated), schema(fresh));
    });
  }

  it('refuse a database from the future with a clear message and leave it as it was', () => {
    const raw = stores.openRaw();
    migrate(raw);
    raw.pragma(`user_version = ${schemaSteps.length + 1}`);
    raw.close();
    const before = readFileSync(stores.file());
    assert.throws(
      () => stores.open(),
      (error: Error) => {
        assert.ok(error instanceof UnusableDatabaseError);
        const known = schemaSteps.length;
        const expected = `was written by a newer version (schema ${known + 1}, this version knows ${known}); install`;
        assert.ok(error.message.includes(expected), error.message);
        return true;
      },
    );
    assert.deepEqual(readFileSync(stores.file()), before);
  });

  it('undo a step that fails and keep the version before it', () => {
    const raw = stores.openRaw();
    const broken = [
      { name: 'good', sql: 'CREATE TABLE one (x)' },
      { name: 'bad', sql: 'CREATE TABLE two (x); INSERT INTO nowhere VALUES (1)' },
    ];
    assert.throws(() => migrate(raw, broken), /no such table: nowhere/);
    assert.equal(version(raw), 1);
    assert.deepEqual(raw.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['one']);
  });

  it('are applied once, however often the store is opened', () => {
    const store = stores.open();
    store.jobs.admit({ job: buildJob('a'), plan });
    store.close();
    const again = stores.open();
    assert.equal(again.jobs.get('a')?.id, 'a');
  });
});

const oldJob = `
INSERT INTO jobs (id, nas, serial, wwn, size_bytes, model, state, operator, request_transaction, gate_id, context,
  created_at)
VALUES ('old', 'nas', 'S1', '0x5000c500a1b2c3d4', 18000207937536, 'ST18000NM000J', 'queued', 'anna',
  'transaction-old', 'gate', '{"topic":"start"}', 1000);
INSERT INTO stages (job_id, position, kind, state) VALUES ('old', 0, 'precheck', 'pending');
`;
