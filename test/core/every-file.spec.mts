import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const core = path.resolve(import.meta.dirname, '../../dist/lib/core');

describe('lib/core', () => {
  it('loads every file, so that the measure of coverage leaves none out', async () => {
    const files = globSync('*.js', { cwd: core });
    assert.ok(files.length > 20);
    for (const file of files) await import(pathToFileURL(path.join(core, file)).href);
  });
});
