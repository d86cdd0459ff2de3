import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openStore } from '../dist/lib/store/open-store.js';
import { compare, timed, type Figure } from './figures.mts';

/** What an hour of sixty running drives costs the store, in one transaction a beat and in one a drive. */
export async function compareStore(): Promise<Figure[]> {
  const dir = mkdtempSync(path.join(tmpdir(), 'burnin-bench-'));
  const store = openStore(path.join(dir, 'bench.db'));
  const event = { at: 1, type: 'bench', serial: null, job: null, message: 'x' };
  const sixty = () => {
    for (let drive = 0; drive < 60; drive += 1) store.events.append(event);
  };
  try {
    const figure = await compare('60 writes one by one / in one transaction', 15, [
      () => timed(sixty),
      () => timed(() => store.inOneWrite(sixty)),
    ]);
    return [figure];
  } finally {
    store.close();
    rmSync(dir, { recursive: true });
  }
}
