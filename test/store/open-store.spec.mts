import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UnusableDatabaseError } from '../../dist/lib/store/errors.js';
import { buildJob, nas, plan, TemporaryStores } from './temporary-store.mts';

describe('opening and closing the store', () => {
  let stores: TemporaryStores;
  beforeEach(() => (stores = new TemporaryStores()));
  afterEach(() => stores.remove());

  it('makes directories and files for their owner alone', () => {
    const file = stores.file('some/where/burnin.db');
    stores.open(file).jobs.admit({ job: buildJob('a'), plan });
    const mode = (name: string) => statSync(name).mode & 0o777;
    assert.equal(mode(path.dirname(file)), 0o700);
    assert.equal(mode(path.dirname(path.dirname(file))), 0o700);
    assert.equal(mode(file), 0o600);
    assert.equal(mode(`${file}-wal`), 0o600);
  });

  it('uses the write-ahead log', () => {
    stores.open();
    assert.equal(stores.openRaw().pragma('journal_mode', { simple: true }), 'wal');
  });

  it('enforces references between tables', () => {
    const store = stores.open();
    assert.throws(() => store.log.append('nobody', 1, ['x']), /FOREIGN KEY constraint failed/);
  });

  it('leaves one whole file behind when it is closed', () => {
    const store = stores.open();
    store.jobs.admit({ job: buildJob('a'), plan });
    store.close();
    assert.equal(existsSync(`${stores.file()}-wal`), false);
    assert.equal(stores.open().jobs.get('a')?.id, 'a');
  });

  it('moves everything into the main file also when somebody else still has it open', () => {
    const store = stores.open();
    const raw = stores.openRaw();
    raw.prepare('SELECT * FROM jobs').all();
    store.jobs.admit({ job: buildJob('a'), plan });
    store.close();
    assert.equal(statSync(`${stores.file()}-wal`).size, 0);
  });

  it('closes at once and loses nothing while somebody else is in the middle of a read', () => {
    const store = stores.open();
    const raw = stores.openRaw();
    raw.exec('BEGIN; SELECT * FROM jobs;');
    store.jobs.admit({ job: buildJob('a'), plan });
    store.close();
    raw.exec('COMMIT');
    assert.equal(stores.open().jobs.get('a')?.id, 'a');
  });

  it('refuses any use after the end with a clear error, and may be closed twice', () => {
    const store = stores.open();
    store.close();
    store.close();
    const closed = { message: `the store ${stores.file()} is closed` };
    assert.throws(() => store.jobs.get('a'), closed);
    assert.throws(() => store.jobs.admit({ job: buildJob('a'), plan }), closed);
    assert.throws(() => store.jobs.listLive(nas), closed);
    assert.throws(() => store.jobs.requestCancel('a', 'anna'), closed);
    assert.throws(() => store.inOneWrite(() => 1), closed);
    assert.throws(() => store.prune(1), closed);
  });

  it('refuses a file that is no database and leaves it as it was', () => {
    const text = 'notes of a person, '.repeat(200);
    writeFileSync(stores.file(), text);
    assert.throws(() => stores.open(), UnusableDatabaseError);
    assert.throws(() => stores.open(), /is not a SQLite database/);
    assert.equal(readFileSync(stores.file(), 'utf8'), text);
  });

  it('refuses the database of another program and leaves it as it was', () => {
    const raw = stores.openRaw();
    raw.exec('CREATE TABLE recipes (name TEXT)');
    raw.close();
    const before = readFileSync(stores.file());
    assert.throws(() => stores.open(), /is not a burn-in database; choose another file/);
    assert.deepEqual(readFileSync(stores.file()), before);
  });

  it('fails clearly where the file is a directory', () => {
    assert.throws(() => stores.open(path.dirname(stores.file())), /EISDIR/);
  });

  it('writes in one transaction what belongs together, and refuses to wait inside it', () => {
    const store = stores.open();
    const both = store.inOneWrite(() => [
      store.jobs.admit({ job: buildJob('a'), plan }),
      store.jobs.requestCancel('a', 'anna'),
    ]);
    assert.deepEqual(both, ['admitted', true]);
    assert.throws(() => store.inOneWrite(async () => Promise.resolve()), /cannot return a promise/);
    assert.equal(store.jobs.admit({ job: buildJob('b'), plan }), 'admitted');
  });
});
