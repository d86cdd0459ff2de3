import type { Middleware } from '../../dist/lib/burnin/middleware.js';
import type { DriveIdentity, ProbedDrive } from '../../dist/lib/core/drive.js';
import { noTruenasFacts } from '../../dist/lib/core/truenas-inventory.js';
import type { TruenasFacts, TruenasInventory, TruenasUsage } from '../../dist/lib/core/truenas-inventory.js';
import type { TruenasView } from '../../dist/lib/core/views.js';
import type { DescriptionAnswer } from '../../dist/lib/nas/truenas/open-truenas-nas.js';

type Note = Parameters<Middleware['writeDescription']>[1];

/** The middleware of a NAS in memory, as the engine meets it. All drives of the host are free by it unless a test says other. */
export class FakeMiddleware implements Middleware {
  view: TruenasView = { way: 'json_rpc', version: 'TrueNAS-25.10.6', link: 'connected', message: '' };
  isOptional = false;
  /** `readInventory`, `readPreflight` and serials of descriptions, as they were asked for. */
  readonly asked: string[] = [];
  readonly notes: Note[] = [];
  /** What it finds beside the drives; a pre-flight finds all of it, an inventory only pools. */
  found: Partial<TruenasFacts> = {};
  /** Pool of each exported drive, which only a pre-flight finds. */
  readonly exported = new Map<string, string>();
  gaps: string[] = [];
  /** Set: nothing is answered before it resolves; when it rejects, neither is anything after. */
  wait: Promise<void> = Promise.resolve();
  noteAnswer: DescriptionAnswer = { kind: 'written', text: '' };
  readonly #hints = new Set<() => void>();
  readonly #changes = new Set<() => void>();
  readonly #drives: readonly ProbedDrive[];

  constructor(drives: readonly ProbedDrive[]) {
    this.#drives = drives;
  }

  /** Those who are told something. */
  get listeners(): number {
    return this.#hints.size + this.#changes.size;
  }

  count(what: string): number {
    return this.asked.filter((one) => one === what).length;
  }

  async readInventory(): Promise<TruenasInventory> {
    this.asked.push('readInventory');
    await this.wait;
    return this.#build('inventory', {
      pools: this.found.pools ?? [],
      temperatures: this.found.temperatures ?? [],
    });
  }

  async readPreflight(): Promise<TruenasInventory> {
    this.asked.push('readPreflight');
    await this.wait;
    const drives = this.#drives.map(({ drive }): TruenasUsage => {
      const { serial, name } = drive;
      const exportedPool = this.exported.get(serial) ?? null;
      const isUnused = true;
      const nothing = {
        lunid: null,
        importedPool: null,
        duplicates: [],
        isDif: false,
        partitionCount: 0,
        bay: null,
      };
      return { name, serial, isUnused, exportedPool, ...nothing };
    });
    const devices = this.#drives.map(({ drive }) => ({ ...drive, lunid: null }));
    const asked = {
      usage: { scope: 'all', drives },
      devices,
      pools: [],
      bootDisks: [],
      poolDisks: [],
      extents: [],
    } as const;
    return this.#build('preflight', { ...asked, ...this.found });
  }

  async writeDescription({ serial }: DriveIdentity, note: Note): Promise<DescriptionAnswer> {
    this.asked.push(serial);
    await this.wait;
    this.notes.push(note);
    return this.noteAnswer;
  }

  hint(): void {
    for (const listener of this.#hints) listener();
  }

  change(): void {
    for (const listener of this.#changes) listener();
  }

  onHint(listener: () => void): () => void {
    this.#hints.add(listener);
    return () => void this.#hints.delete(listener);
  }

  onChange(listener: () => void): () => void {
    this.#changes.add(listener);
    return () => void this.#changes.delete(listener);
  }

  #build(depth: TruenasInventory['depth'], facts: Partial<TruenasFacts>): TruenasInventory {
    const disks = this.#drives.map(({ drive }) => {
      const { serial, name, sizeBytes } = drive;
      const identity = { kind: 'serial', serial, lunid: null } as const;
      const at = {
        identifier: `{serial}${serial}`,
        identity,
        name,
        devname: name,
        serial,
        lunid: null,
        sizeBytes,
      };
      const what = { description: '', model: 'Model X', isRotational: true, bus: 'ATA', slot: `1:${name}` };
      const none = {
        zfsGuid: null,
        pool: null,
        isExpired: false,
        standby: null,
        powerManagement: null,
        multipath: null,
      };
      return { ...at, ...what, ...none };
    });
    return { ...noTruenasFacts, disks, ...facts, depth, version: null, gaps: this.gaps, unread: [] };
  }
}
