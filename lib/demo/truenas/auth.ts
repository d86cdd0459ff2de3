import { setTimeout as wait } from 'node:timers/promises';

import { complain, crash, invalid } from './errors';
import { objectParam, textParam } from './params';
import { answerFinal, answerFirst } from './scram';
import { isSince } from './versions';
import type { Call, Methods } from './world';

type Verdict = 'SUCCESS' | 'AUTH_ERR' | 'EXPIRED' | 'DENIED' | 'REDIRECT';

const noAuth = () => true;
const since2504 = (release: Parameters<typeof isSince>[0]) => isSince(release, '25.04');

export const authMethods: Methods = {
  'auth.login_ex': { isIn: since2504, isOpen: noAuth, run: loginEx },
  'auth.login_with_api_key': { isIn: noAuth, isOpen: noAuth, run: loginWithKey },
  // The account of the rehearsal has no password.
  'auth.login': { isIn: noAuth, isOpen: noAuth, run: (call) => refuse(call, false) },
  'auth.logout': { isIn: noAuth, run: logout },
  'auth.me': {
    isIn: (release) => isSince(release, '24.10'),
    run: ({ session }) => buildUser(session.roles ?? []),
  },
  'auth.mechanism_choices': { isIn: since2504, isOpen: noAuth, run: listMechanisms },
};

async function loginWithKey(call: Call): Promise<boolean> {
  const verdict = judgeKey(call, { text: textParam(call.params, 0, 'api_key'), user: null });
  if (verdict !== 'SUCCESS') return refuse(call, false);
  admit(call);
  return true;
}

async function loginEx(call: Call): Promise<object> {
  const { session, world } = call;
  const login = objectParam(call.params, 0, 'login_data');
  const mechanism = login['mechanism'];
  if (session.hasFailed && world.release.key === '25.04') {
    throw crash('Error', 'unexpected authenticator run state. Expected: START');
  }
  const known = ['API_KEY_PLAIN', 'PASSWORD_PLAIN', 'TOKEN_PLAIN', 'OTP_TOKEN'];
  if (world.release.key === '26') known.push('SCRAM');
  if (typeof mechanism !== 'string' || !known.includes(mechanism)) {
    throw invalid(
      complain('login_data', `Input tag '${String(mechanism)}' does not match any of the expected tags`),
    );
  }
  if (mechanism === 'SCRAM') return continueScram(call, login);
  if (mechanism !== 'API_KEY_PLAIN') return refuse(call, { response_type: 'AUTH_ERR' });
  const text = textParam([login['api_key']], 0, 'login_data.API_KEY_PLAIN.api_key');
  const user = textParam([login['username']], 0, 'login_data.API_KEY_PLAIN.username');
  return answer(call, judgeKey(call, { text, user }), login);
}

/** A right key that comes in the clear is no secret any more: from 25.04 on it is revoked for good. */
function judgeKey(call: Call, given: { readonly text: string; readonly user: string | null }): Verdict {
  const { world, session } = call;
  const { key, host, release } = world;
  if (given.text !== key.text || (given.user !== null && given.user !== key.user)) return 'AUTH_ERR';
  if (host.state.revoked !== null) return isSince(release, '26') ? 'AUTH_ERR' : 'EXPIRED';
  if (!session.isSecure && isSince(release, '25.04')) {
    host.change({ revoked: 'plaintext' });
    return 'EXPIRED';
  }
  return world.orders.loginAnswer ?? 'SUCCESS';
}

async function answer(
  call: Call,
  verdict: Verdict,
  login: Readonly<Record<string, unknown>>,
): Promise<object> {
  if (verdict === 'REDIRECT') return { response_type: verdict, urls: ['https://other.example'] };
  if (verdict !== 'SUCCESS') return refuse(call, { response_type: verdict });
  admit(call);
  return { response_type: 'SUCCESS', ...buildWelcome(call, login) };
}

function buildWelcome({ world, session }: Call, login: Readonly<Record<string, unknown>>): object {
  const options = objectParam([login['login_options']], 0, 'login_data.login_options');
  return {
    user_info: options['user_info'] === false ? null : buildUser(session.roles ?? []),
    authenticator: 'LEVEL_1',
    ...(world.release.key === '26'
      ? { reconnect_token: options['reconnect_token'] === true ? 'rehearsal-token' : null }
      : {}),
  };
}

async function continueScram(call: Call, login: Readonly<Record<string, unknown>>): Promise<object> {
  const { world, session } = call;
  const message = textParam([login['rfc_str']], 0, 'login_data.SCRAM.rfc_str');
  const reply = { response_type: 'SCRAM_RESPONSE' };
  if (login['scram_type'] === 'CLIENT_FIRST_MESSAGE') {
    session.scram = answerFirst(message, world.key);
    if (session.scram === null) return refuse(call, { response_type: 'AUTH_ERR' });
    const { serverFirst } = session.scram;
    return { ...reply, scram_type: 'SERVER_FIRST_RESPONSE', rfc_str: serverFirst, user_info: null };
  }
  const exchange = session.scram;
  session.scram = null;
  const proof = exchange && answerFinal(message, exchange, world.certificateHash);
  if (proof === null || world.host.state.revoked !== null) return refuse(call, { response_type: 'AUTH_ERR' });
  const { loginAnswer } = world.orders;
  if (loginAnswer !== null) return answer(call, loginAnswer, login);
  admit(call);
  return { ...reply, scram_type: 'SERVER_FINAL_RESPONSE', rfc_str: proof, ...buildWelcome(call, login) };
}

async function refuse<T>({ world, session }: Call, reply: T): Promise<T> {
  session.hasFailed = true;
  await wait(world.timings.failedLoginMs);
  return reply;
}

function admit({ world, session }: Call): void {
  session.roles = world.orders.roles;
  session.hasExpired = false;
}

function logout({ session }: Call): boolean {
  session.roles = null;
  session.subscriptions.clear();
  return true;
}

/** Before 26 the real one forgets that nobody may have logged in yet, and crashes. */
function listMechanisms({ world, session }: Call): readonly string[] {
  if (session.roles === null && world.release.key !== '26') {
    throw crash('AttributeError', "'NoneType' object has no attribute 'authentication_context'");
  }
  const plain = ['API_KEY_PLAIN', 'TOKEN_PLAIN', 'PASSWORD_PLAIN'];
  return world.release.key === '26' ? [...plain, 'SCRAM'] : plain;
}

function buildUser(roles: readonly string[]): object {
  return {
    pw_name: 'rehearsal',
    pw_gecos: 'Drive burn-in',
    pw_dir: '/var/empty',
    pw_shell: '/usr/sbin/nologin',
    pw_uid: 3000,
    pw_gid: 3000,
    grouplist: null,
    sid: null,
    source: 'LOCAL',
    local: true,
    attributes: {},
    two_factor_config: null,
    privilege: { roles: { $set: [...roles] }, web_shell: false, webui_access: true },
    account_attributes: ['LOCAL', 'API_KEY'],
  };
}
