import { cleanText } from '../../core/clean-text';
import { judgeTruenasLogin, judgeTruenasLoginError } from '../../core/judge-truenas-login';
import type { LoginVerdict } from '../../core/judge-truenas-login';
import type { TruenasSettings } from '../../core/settings';
import { ddpDialect } from '../../core/truenas-ddp';
import { TruenasError } from '../../core/truenas-error';
import type { TruenasFailure, TruenasStep } from '../../core/truenas-failure';
import { failStep } from '../../core/truenas-failure';
import type { TruenasDialect } from '../../core/truenas-frames';
import { rpcDialect } from '../../core/truenas-rpc';
import type { Redact } from '../../core/truenas-secrets';
import type { TruenasTarget } from '../../core/truenas-target';
import { openTruenasDeadline } from './truenas-deadline';
import { detectTruenas } from './detect-truenas';
import { openTrustedTls } from './open-trusted-tls';
import { openWebSocket } from './open-web-socket';
import { TruenasSession } from './truenas-session';
import type { TruenasTimings } from './truenas-timings';

/** Two controllers that send to each other would go on for ever. */
const mostRedirects = 3;

export interface TruenasConnectSettings {
  readonly truenas: TruenasSettings;
  readonly timings: TruenasTimings;
  readonly redact: Redact;
  readonly onHint: (collection: string) => void;
}

/** A session that is logged in. */
export interface TruenasConnection {
  readonly session: TruenasSession;
  /** As `system.version` tells it, null where it does not. */
  readonly versionText: string | null;
}

type Outcome =
  | { readonly kind: 'open'; readonly connection: TruenasConnection }
  | { readonly kind: 'redirect'; readonly target: TruenasTarget }
  | { readonly kind: 'failed'; readonly failure: TruenasFailure };

/** Finds out which API there is, connects and logs in. Never rejects. */
export async function connectTruenas(
  settings: TruenasConnectSettings,
  first: TruenasTarget,
  signal: AbortSignal,
): Promise<TruenasStep<TruenasConnection>> {
  let target = first;
  for (let hops = 0; hops <= mostRedirects; hops += 1) {
    const deadline = openTruenasDeadline(settings.timings.connectTimeoutMs, signal);
    const outcome = await connectOnce(settings, target, deadline.signal);
    deadline.end();
    if (outcome.kind === 'open') return { ok: true, value: outcome.connection };
    if (outcome.kind === 'failed') return failAt(target, outcome.failure, settings.redact);
    ({ target } = outcome);
  }
  return failStep(
    'rate_limited',
    `${first.authority}: the controllers of TrueNAS send from one to the other`,
  );
}

function failAt(
  target: TruenasTarget,
  { kind, message }: TruenasFailure,
  redact: Redact,
): TruenasStep<never> {
  return failStep(kind, redact(`${target.authority}: ${message}`));
}

async function connectOnce(
  settings: TruenasConnectSettings,
  target: TruenasTarget,
  signal: AbortSignal,
): Promise<Outcome> {
  const { fingerprint } = settings.truenas;
  const limit = openTruenasDeadline(settings.timings.detectTimeoutMs, signal);
  const way = await detectTruenas(target, fingerprint, limit.signal);
  limit.end();
  if (!way.ok) return { kind: 'failed', failure: way.failure };
  const dialect = way.value === 'ddp' ? ddpDialect : rpcDialect;
  const tls = await openTrustedTls(target, fingerprint, signal);
  if (!tls.ok) return { kind: 'failed', failure: tls.failure };
  const { redact, onHint, timings } = settings;
  const opened = await openWebSocket(
    {
      target,
      path: dialect.path,
      tls: tls.value,
      onOpen: (socket) =>
        new TruenasSession({ socket, dialect, redact, pingIntervalMs: timings.pingIntervalMs, onHint }),
    },
    signal,
  );
  if (!opened.ok) return { kind: 'failed', failure: opened.failure };
  const session = opened.value;
  const outcome = await logIn(session, settings.truenas, signal);
  // A session of a failed login is of no use even to try again: some releases answer a second login with a fault.
  if (outcome.kind !== 'open') session.end({ kind: 'lost', message: 'not logged in' });
  return outcome;
}

async function logIn(
  session: TruenasSession,
  truenas: TruenasSettings,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    await session.greet(signal);
    const verdict = await askToLogIn(session, truenas, signal);
    if (verdict.kind !== 'in') return verdict;
    const versionText = await askVersion(session, signal);
    session.startPings();
    return { kind: 'open', connection: { session, versionText } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', failure: session.failure ?? { kind: 'lost', message } };
  }
}

async function askToLogIn(
  session: TruenasSession,
  truenas: TruenasSettings,
  signal: AbortSignal,
): Promise<LoginVerdict> {
  const [method, ...params] = buildLogin(session.dialect, truenas);
  try {
    return judgeTruenasLogin(await session.call(method, params, signal));
  } catch (error) {
    if (error instanceof TruenasError) return judgeTruenasLoginError(error);
    throw error;
  }
}

/** With a user name the answer says why a login is refused; CORE and 24.10 do not know that call. */
function buildLogin(
  { way }: TruenasDialect,
  { apiKey, user }: TruenasSettings,
): readonly [method: string, ...params: unknown[]] {
  if (user === null || way === 'ddp') return ['auth.login_with_api_key', apiKey];
  const options = { login_options: { user_info: false } };
  return ['auth.login_ex', { mechanism: 'API_KEY_PLAIN', username: user, api_key: apiKey, ...options }];
}

async function askVersion(session: TruenasSession, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await session.call('system.version', [], signal);
    return typeof answer === 'string' ? cleanText(answer, 100) : null;
  } catch (error) {
    if (error instanceof TruenasError) return null;
    throw error;
  }
}
