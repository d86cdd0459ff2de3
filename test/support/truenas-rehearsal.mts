import type { RehearsalVersion } from '../../dist/lib/demo/rehearsal-nas.js';
import type { Answer, DriveView } from '../../dist/lib/core/views.js';
import { openBench, type Bench } from '../demo/support.mts';
import { openCable, type Cable } from './cable.mts';
import { WholeEngine } from './whole-engine.mts';

export interface TruenasRehearsalOptions {
  /** `25.10` unless given. */
  readonly version?: RehearsalVersion;
  /** Seconds of the NAS to one of ours. */
  readonly speed?: number;
  /** Only the API is used: nothing can be written. */
  readonly isWatched?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** The whole engine on a rehearsal NAS of its own, with an API key where that is a TrueNAS. */
export class TruenasRehearsal {
  readonly bench: Bench;
  readonly engine: WholeEngine;
  /** What lies between the engine and the API; null for a plain Linux. */
  readonly api: Cable | null;

  private constructor(bench: Bench, engine: WholeEngine, api: Cable | null) {
    [this.bench, this.engine, this.api] = [bench, engine, api];
  }

  static async open(options: TruenasRehearsalOptions = {}): Promise<TruenasRehearsal> {
    const { version = '25.10', speed = 144_000, isWatched = false, env = {} } = options;
    const bench = await openBench(speed, { version });
    const { ssh, truenas } = bench.nas;
    const api = truenas && (await openCable(portOf(truenas.url)));
    const engine = await WholeEngine.open({
      ...(!isWatched && { ssh }),
      ...(truenas && api && { truenas: { ...truenas, url: `https://127.0.0.1:${api.port}` } }),
      env,
    });
    return new TruenasRehearsal(bench, engine, api);
  }

  /** Kinds of the drive's safety locks as they are shown. */
  locks(serial: string): readonly string[] {
    return (this.view(serial)?.locks ?? []).map(({ kind }) => kind);
  }

  view(serial: string): DriveView | undefined {
    return this.engine.view(serial);
  }

  state(serial: string): string {
    return this.engine.state(serial);
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.api?.pull();
    await this.bench.close();
  }
}

export function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** Code and message of the first answer. */
export function wordsOf([answer]: readonly Answer[]): string {
  if (answer === undefined) return 'no answer';
  return answer.ok ? `ok: ${answer.message}` : `${answer.error.code}: ${answer.error.message}`;
}
