/** Where to connect to, with the credentials taken out of the URL. */
export interface BrokerTarget {
  /** Scheme, host, port and path only: fit for messages. */
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
}

const schemes = new Set(['mqtt:', 'mqtts:', 'ws:', 'wss:']);

/** Credentials beside the URL win over those inside it. */
export interface BrokerAddress {
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
}

/** Reads a broker's address. Null when the URL is none for MQTT; it is not repeated, since it may hold a password. */
export function readBrokerTarget(address: BrokerAddress): BrokerTarget | null {
  const url = URL.parse(address.url);
  if (url === null || !schemes.has(url.protocol) || url.hostname === '') return null;
  return {
    url: `${url.protocol}//${url.host}${url.pathname}`.replace(/\/$/, ''),
    username: address.username ?? readCredential(url.username),
    password: address.password ?? readCredential(url.password),
  };
}

function readCredential(encoded: string): string | null {
  if (encoded === '') return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** Says in plain words why a connection failed, without secrets. */
export function describeFailure(error: Error, target: BrokerTarget): string {
  const text = explain(error, target.url);
  return target.password === null ? text : text.replaceAll(target.password, '***');
}

function explain(error: Error, url: string): string {
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'number' && loginRefusals.has(code)) return `${url} refuses user name or password`;
  if (code === 'ECONNREFUSED') return `nothing listens at ${url}`;
  if (error.message === 'connack timeout') return `${url} accepts connections but does not answer`;
  return `${url}: ${error.message === '' && typeof code === 'string' ? code : error.message}`;
}

/** CONNACK codes 4 and 5 of MQTT 3.1.1, 134 and 135 of MQTT 5. */
const loginRefusals: ReadonlySet<number> = new Set([4, 5, 134, 135]);
