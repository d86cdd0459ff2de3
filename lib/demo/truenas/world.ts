import type { RehearsalControls } from '../rehearsal-controls';
import type { RehearsalHost } from '../rehearsal-host';
import type { ApiKey } from './api-key';
import type { Jobs } from './jobs';
import type { ScramExchange } from './scram';
import type { Release } from './versions';

/** The middleware's waits and limits. */
export interface ApiTimings {
  /** Silence after which a socket is cut; null for what nginx of the release does. */
  readonly idleMs: number | null;
  /** How long a failed login takes. */
  readonly failedLoginMs: number;
  /** Calls of one method and address without login in one window. */
  readonly rateCalls: number;
  readonly rateWindowMs: number;
  /** What the call over the limit costs before it is refused. */
  readonly rateSleepMs: number;
}

export const realTimings: ApiTimings = {
  idleMs: null,
  failedLoginMs: 1000,
  rateCalls: 20,
  rateWindowMs: 60_000,
  rateSleepMs: 1000,
};

/** Something that subscribers are told. */
export interface CollectionEvent {
  readonly msg: 'added' | 'changed' | 'removed';
  readonly collection: string;
  readonly id: string | number;
  readonly fields?: object;
}

/** What was ordered of the middleware through the controls. */
export interface Orders {
  loginAnswer: 'EXPIRED' | 'DENIED' | 'REDIRECT' | null;
  callDelayMs: number;
  isRefusingClients: boolean;
  roles: readonly string[];
  /** What the NAS itself can be told by a debug request; null until it is up. */
  controls: RehearsalControls | null;
}

/** All that the middleware's methods work with. */
export interface World {
  readonly host: RehearsalHost;
  readonly release: Release;
  readonly key: ApiKey;
  readonly timings: ApiTimings;
  readonly jobs: Jobs;
  readonly orders: Orders;
  /** SHA-256 of the certificate: what SCRAM binds itself to. */
  readonly certificateHash: Buffer;
  /** Answers that the real one keeps for a while, such as temperatures. */
  readonly cache: Map<string, { readonly untilS: number; readonly value: unknown }>;
  /** Counts a call; false when it is one too many. */
  mayCallAgain(what: string): boolean;
}

/** One client of the middleware. */
export interface Session {
  readonly id: string;
  readonly way: 'json_rpc' | 'ddp' | 'midclt';
  readonly address: string;
  readonly isSecure: boolean;
  /** The frozen set of methods that was asked for; null for the newest. */
  readonly apiVersion: string | null;
  /** Null before the login. */
  roles: readonly string[] | null;
  hasExpired: boolean;
  hasFailed: boolean;
  scram: ScramExchange | null;
  /** Collection by the client's or the server's own id. */
  readonly subscriptions: Map<string, string>;
}

/** One call of one method. */
export interface Call {
  readonly world: World;
  readonly session: Session;
  readonly params: readonly unknown[];
}

export interface Method {
  /** The release dispatches it at all, private methods included. */
  readonly isIn: (release: Release) => boolean;
  /** Not part of the API: for a full administrator alone. */
  readonly isPrivate?: (release: Release) => boolean;
  /** Callable without login. */
  readonly isOpen?: (release: Release) => boolean;
  /** The role that is wanted; none for any login. */
  readonly role?: string;
  /** The oldest frozen set of methods that knows it; the oldest of all when left out. */
  readonly modelSince?: string;
  readonly run: (call: Call) => unknown;
}

export type Methods = Readonly<Record<string, Method>>;

/** A full administrator may everything, a read-only one may read. */
export function hasRole(roles: readonly string[], wanted: string | undefined): boolean {
  if (wanted === undefined || roles.includes('FULL_ADMIN') || roles.includes(wanted)) return true;
  return roles.includes('READONLY_ADMIN') && wanted.endsWith('_READ');
}
