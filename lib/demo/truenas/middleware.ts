import type { TruenasSettings } from '../../core/settings';
import type { HostState } from '../host-state';
import type { RehearsalControls } from '../rehearsal-controls';
import type { RehearsalHost } from '../rehearsal-host';
import { loadApiKey } from './api-key';
import { openApiServer, type ApiOffice, type ApiServer } from './api-server';
import { loadCertificate, type Certificate } from './certificate';
import { serveSocket, type ApiConnection, type Arrival } from './connection';
import { buildEvents, buildProgressEvent } from './events';
import { openJobs } from './jobs';
import { answerMidclt } from './midclt';
import { buildRateLimit } from './rate-limit';
import { isSubscribed } from './subscriptions';
import { releases, type Release } from './versions';
import { realTimings, type ApiTimings, type CollectionEvent, type Orders, type World } from './world';

/** What may happen to the API alone, on demand. */
export interface MiddlewareControls {
  /** Every session that is logged in is too old from now on. */
  expireSessions(): void;
  /** How a right key is answered from now on; null is a plain success. */
  answerLogins(answer: Orders['loginAnswer']): void;
  /** Clients are let in and shown the door (1008), as outside the allowlist of addresses. */
  refuseClients(isRefused: boolean): void;
  /** Every call takes so much longer. */
  slowCalls(delayMs: number): void;
  /** The roles of the key at the next login; `FULL_ADMIN` when new. */
  setRoles(roles: readonly string[]): void;
  /** TrueNAS's table of disks keeps the names it has, however drives are swapped, until it is let go. */
  holdDiskTable(isHeld: boolean): void;
  /** From now on debug requests (`rehearsal.…`) are done. */
  obey(controls: RehearsalControls): void;
  /** Ends every connection as it is; new ones are welcome. */
  dropClients(): void;
  /** A second port without TLS, as on a network (not as loopback): a key shown there is revoked from 25.04 on. */
  openPlaintext(): Promise<string>;
  /** Clients that are connected now. */
  countClients(): number;
}

/** The middleware of the rehearsal NAS with its servers. */
export interface Middleware {
  /** Null while there is no TrueNAS. */
  readonly settings: TruenasSettings | null;
  readonly controls: MiddlewareControls;
  /** Follows the version of the state: opens, changes or closes the server. */
  follow(): Promise<void>;
  /** Forgets its jobs and drops its clients. */
  restart(): void;
  setCut(isCut: boolean): void;
  close(): Promise<void>;
}

/** How often jobs are looked at, for those who want to hear of their end. */
const lookEveryMs = 200;

export async function openMiddleware(
  host: RehearsalHost,
  timings: Partial<ApiTimings> = {},
): Promise<Middleware> {
  const desk = new Desk(host, await loadCertificate(host.root), { ...realTimings, ...timings });
  await desk.follow();
  return desk;
}

class Desk implements Middleware, ApiOffice {
  readonly controls: MiddlewareControls;
  isCut = false;
  readonly #host: RehearsalHost;
  readonly #certificate: Certificate;
  readonly #world: World;
  readonly #orders: Orders = {
    loginAnswer: null,
    callDelayMs: 0,
    isRefusingClients: false,
    roles: ['FULL_ADMIN'],
    controls: null,
  };
  readonly #connections = new Set<ApiConnection>();
  readonly #stops: (() => void)[] = [];
  #servers: { readonly main: ApiServer; readonly plain: ApiServer[] } | null = null;
  #port = 0;

  constructor(host: RehearsalHost, certificate: Certificate, timings: ApiTimings) {
    this.#host = host;
    this.#certificate = certificate;
    this.#world = buildWorld(host, { certificate, timings, orders: this.#orders });
    this.controls = this.#buildControls();
    host.onChange((before, after) => this.#tellOfChange(before, after));
    const timer = setInterval(() => this.#settleJobs(), lookEveryMs);
    timer.unref();
    this.#stops.push(
      () => clearInterval(timer),
      answerMidclt(host.root, () => (host.state.version === 'linux' ? null : this.#world)),
    );
  }

  get settings(): TruenasSettings | null {
    if (this.#servers === null) return null;
    return {
      url: `https://127.0.0.1:${this.#servers.main.port}`,
      apiKey: this.#world.key.text,
      user: this.#world.key.user,
      fingerprint: this.#certificate.hash.toString('hex').toUpperCase(),
    };
  }

  get release(): Release {
    return this.#world.release;
  }

  get bootId(): string {
    return this.#host.state.bootId;
  }

  accept(socket: Parameters<ApiOffice['accept']>[0], arrival: Arrival): void {
    if (this.#orders.isRefusingClients) {
      socket.on('error', () => socket.terminate());
      socket.close(1008, 'You are not allowed to access this resource');
      return;
    }
    const connection = serveSocket(socket, arrival, this.#world);
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
  }

  async follow(): Promise<void> {
    this.restart();
    const isWanted = this.#host.state.version !== 'linux';
    if (isWanted && this.#servers === null) {
      const main = await openApiServer(this, { port: this.#port, certificate: this.#certificate });
      this.#port = main.port;
      this.#servers = { main, plain: [] };
    } else if (!isWanted) await this.#closeServers();
  }

  restart(): void {
    this.#world.jobs.forget();
    this.#world.cache.clear();
    this.#drop();
  }

  setCut(isCut: boolean): void {
    this.isCut = isCut;
    if (isCut) this.#drop();
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#closeServers();
  }

  #drop(): void {
    for (const server of this.#listServers()) server.dropConnections();
  }

  #listServers(): readonly ApiServer[] {
    return this.#servers === null ? [] : [this.#servers.main, ...this.#servers.plain];
  }

  async #closeServers(): Promise<void> {
    const open = this.#listServers();
    this.#servers = null;
    await Promise.all(open.map((server) => server.close()));
  }

  #tellOfChange(before: HostState, after: HostState): void {
    if (after.version === 'linux' || before.version !== after.version) return;
    for (const event of buildEvents(before, after, this.release)) this.#emit(event);
    this.#tellOfTests();
  }

  #tellOfTests(): void {
    const uptimeS = this.#host.clock.uptimeS();
    const wanted = [...this.#connections].flatMap(({ session }) => [...session.subscriptions.values()]);
    for (const collection of new Set(wanted.filter((name) => name.startsWith('smart.test.progress:')))) {
      this.#emit(buildProgressEvent(this.#host.state, this.release, { collection, uptimeS }));
    }
  }

  #settleJobs(): void {
    if (this.#host.state.version === 'linux') return;
    const { jobs } = this.#world;
    const news = jobs.settle();
    if (news.length === 0) return;
    const all = jobs.list(this.release);
    for (const { id, msg } of news) {
      this.#emit({ msg, collection: 'core.get_jobs', id, fields: all.find((job) => job.id === id) ?? {} });
    }
    this.#tellOfTests();
  }

  #emit(event: CollectionEvent): void {
    for (const { session, dialect } of this.#connections) {
      if (isSubscribed(session, event.collection)) dialect.sendEvent(event);
    }
  }

  #buildControls(): MiddlewareControls {
    const orders = this.#orders;
    const host = this.#host;
    return {
      expireSessions: () => {
        for (const { session } of this.#connections) session.hasExpired = true;
      },
      answerLogins: (answer) => (orders.loginAnswer = answer),
      refuseClients: (isRefused) => (orders.isRefusingClients = isRefused),
      slowCalls: (delayMs) => (orders.callDelayMs = delayMs),
      setRoles: (roles) => (orders.roles = roles),
      holdDiskTable: (isHeld) => host.change({ tableNames: isHeld ? host.state.names : null }),
      obey: (controls) => (orders.controls = controls),
      dropClients: () => this.#drop(),
      openPlaintext: async () => {
        if (this.#servers === null) throw new Error('a plain Linux has no middleware');
        const server = await openApiServer(this, { port: 0, certificate: null });
        this.#servers.plain.push(server);
        return `http://127.0.0.1:${server.port}`;
      },
      countClients: () => this.#connections.size,
    };
  }
}

function buildWorld(
  host: RehearsalHost,
  parts: { readonly certificate: Certificate; readonly timings: ApiTimings; readonly orders: Orders },
): World {
  const { certificate, timings, orders } = parts;
  return {
    host,
    key: loadApiKey(host.root),
    timings,
    orders,
    jobs: openJobs(),
    cache: new Map(),
    certificateHash: certificate.hash,
    mayCallAgain: buildRateLimit(timings.rateCalls, timings.rateWindowMs),
    get release() {
      const { version } = host.state;
      return releases[version === 'linux' ? '25.10' : version];
    },
  };
}
