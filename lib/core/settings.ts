import { z } from 'zod';
import type { DailyTime } from './next-daily';

/** How to log in to the NAS. */
export interface SshSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** File on the controller's machine; null for a password login. */
  readonly keyFile: string | null;
  /** Also the passphrase of an encrypted key file. */
  readonly password: string | null;
  /** Pinned `SHA256:…` fingerprint; null refuses every connection and shows the fingerprint that was offered. */
  readonly hostKey: string | null;
}

/** How to reach the TrueNAS middleware of the NAS without SSH. */
export interface TruenasSettings {
  /** `https://` or `wss://` with host and port; never plaintext, since an API key shown there is revoked by TrueNAS. */
  readonly url: string;
  readonly apiKey: string;
  /** Owner of the key; null lets TrueNAS look it up, which hides why it refuses. */
  readonly user: string | null;
  /** Pinned SHA-256 fingerprint of the certificate, 64 hex digits in upper case; null wants one from a known authority. */
  readonly fingerprint: string | null;
}

/** What the rehearsal NAS can pretend to be: a TrueNAS of this version, or a Linux host without one. */
export const rehearsalKinds = ['linux', 'core-13.0', 'core-13.3', '24.10', '25.04', '25.10', '26'] as const;
export type RehearsalKind = (typeof rehearsalKinds)[number];

/** Where state is published. `url` null means the embedded broker. */
export interface MqttSettings {
  readonly url: string | null;
  readonly username: string | null;
  readonly password: string | null;
  /** Port of the embedded broker, on loopback. */
  readonly embeddedPort: number;
}

/** Where alerts and reports go; each may be null. */
export interface NotifySettings {
  readonly smtpUrl: string | null;
  readonly mailFrom: string | null;
  readonly mailTo: string | null;
  readonly webhookUrl: string | null;
}

/** Everything the environment decides. */
export interface Settings {
  readonly port: number;
  readonly dataDir: string;
  readonly nas: string;
  /** Null starts the rehearsal NAS, or with `truenas` only watches: nothing can be written without SSH. */
  readonly ssh: SshSettings | null;
  readonly truenas: TruenasSettings | null;
  readonly rehearsal: RehearsalKind;
  /** Keep the result of a burn-in in the disk's description on TrueNAS. */
  readonly mayWriteDescription: boolean;
  readonly deviceTypes: readonly string[];
  readonly maxParallel: number;
  readonly mqtt: MqttSettings;
  readonly notify: NotifySettings;
  /** When the daily report is due, null for never. */
  readonly dailyReport: DailyTime | null;
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly string[] };

/** A whole number in digits; `Number` alone would also take `0x50` and `1e3`. */
const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .refine((value) => value >= least && value <= most, error);
};
const port = wholeNumber(1, 65535);
const word = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,64}$/,
    'must be 1 to 64 letters, digits, "-" or "_", as it becomes part of topics',
  );
const fingerprint = z
  .string()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be SHA256: and 43 characters, as ssh-keygen -lf prints it');
/** As `openssl x509 -fingerprint -sha256` prints it, with or without colons. */
const certificate = z
  .string()
  .transform((text) => text.replaceAll(':', '').toUpperCase())
  .refine(
    (hex) => /^[0-9A-F]{64}$/.test(hex),
    'must be the SHA-256 fingerprint of the certificate, 64 hex digits',
  );
const onOff = z.enum(['on', 'off'], 'must be on or off').transform((value) => value === 'on');
const dailyTime = z
  .string()
  .regex(/^(?:off|(?:[01]\d|2[0-3]):[0-5]\d)$/, 'must be a time such as 08:00, or off')
  .transform((text): DailyTime | null => {
    return text === 'off' ? null : { hour: Number(text.slice(0, 2)), minute: Number(text.slice(3)) };
  });
const deviceTypes = z
  .string()
  .transform((list) => list.split(',').map((type) => type.trim()))
  .refine(
    (types) => types.every((type) => /^[a-z0-9]+$/.test(type)),
    'must be lsblk types with commas between them, such as disk,loop',
  );
const urlOf = (...schemes: string[]) =>
  z
    .string()
    .refine(
      (text) => hasScheme(text, schemes),
      `must be a URL with a host that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    );

function hasScheme(text: string, schemes: readonly string[]): boolean {
  const url = URL.parse(text);
  return url !== null && url.hostname !== '' && schemes.includes(url.protocol.slice(0, -1));
}

const schema = z
  .object({
    PORT: port.default(1880),
    BURNIN_DATA: z.string().default('./data'),
    BURNIN_NAS: word.default('demo'),
    BURNIN_SSH_HOST: z.string().optional(),
    BURNIN_SSH_PORT: port.default(22),
    BURNIN_SSH_USER: z.string().default('root'),
    BURNIN_SSH_KEY_FILE: z.string().optional(),
    BURNIN_SSH_PASSWORD: z.string().optional(),
    BURNIN_SSH_HOST_KEY: fingerprint.optional(),
    BURNIN_TRUENAS_URL: urlOf('https', 'wss').optional(),
    BURNIN_TRUENAS_API_KEY: z.string().optional(),
    BURNIN_TRUENAS_USER: z.string().optional(),
    BURNIN_TRUENAS_FINGERPRINT: certificate.optional(),
    BURNIN_TRUENAS_DESCRIPTION: onOff.default(false),
    BURNIN_DEMO_TRUENAS: z
      .enum(rehearsalKinds, `must be one of ${rehearsalKinds.join(', ')}`)
      .default('25.10'),
    BURNIN_DEVICE_TYPES: deviceTypes.default(['disk']),
    BURNIN_MAX_PARALLEL: wholeNumber(1, 256).default(4),
    MQTT_URL: urlOf('mqtt', 'mqtts', 'ws', 'wss').optional(),
    MQTT_USERNAME: z.string().optional(),
    MQTT_PASSWORD: z.string().optional(),
    MQTT_PORT: port.default(1883),
    SMTP_URL: urlOf('smtp', 'smtps').optional(),
    MAIL_FROM: z.string().optional(),
    MAIL_TO: z.string().optional(),
    WEBHOOK_URL: urlOf('http', 'https').optional(),
    BURNIN_DAILY_REPORT: dailyTime.default({ hour: 8, minute: 0 }),
  })
  .superRefine((env, context) => {
    for (const [name, why] of listNeeds(env)) {
      context.addIssue({ code: 'custom', path: [name], message: why });
    }
  });

type Env = Readonly<Record<string, unknown>>;

/** Variables that others make necessary. */
function listNeeds(env: Env): readonly (readonly [name: string, why: string])[] {
  const isGiven = (name: string) => env[name] !== undefined;
  const needs: (readonly [string, string])[] = [];
  const hasTruenas = isGiven('BURNIN_TRUENAS_URL');
  if (!isGiven('BURNIN_SSH_HOST') && !hasTruenas && env['BURNIN_NAS'] !== 'demo') {
    needs.push(['BURNIN_SSH_HOST', 'is needed unless BURNIN_NAS is "demo"']);
  }
  if (hasTruenas !== isGiven('BURNIN_TRUENAS_API_KEY')) {
    const [missing, given] = hasTruenas ? ['API_KEY', 'URL'] : ['URL', 'API_KEY'];
    needs.push([`BURNIN_TRUENAS_${missing}`, `is needed with BURNIN_TRUENAS_${given}`]);
  }
  if (isGiven('BURNIN_SSH_HOST') && !isGiven('BURNIN_SSH_KEY_FILE') && !isGiven('BURNIN_SSH_PASSWORD')) {
    needs.push(['BURNIN_SSH_KEY_FILE', 'or BURNIN_SSH_PASSWORD is needed to log in to BURNIN_SSH_HOST']);
  }
  if (isGiven('SMTP_URL') && !isGiven('MAIL_TO')) needs.push(['MAIL_TO', 'is needed with SMTP_URL']);
  return needs;
}

/**
 * Reads the settings of the README's table. An empty variable counts as not set. Problems are one line each, name the
 * variable and what it should be, and never repeat a value, which may be a secret.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): SettingsResult {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, settings: buildSettings(parsed.data) };
  return {
    ok: false,
    problems: parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`),
  };
}

function buildSettings(env: z.output<typeof schema>): Settings {
  return {
    port: env.PORT,
    dataDir: env.BURNIN_DATA,
    nas: env.BURNIN_NAS,
    ssh: buildSsh(env),
    truenas: buildTruenas(env),
    rehearsal: env.BURNIN_DEMO_TRUENAS,
    mayWriteDescription: env.BURNIN_TRUENAS_DESCRIPTION,
    deviceTypes: env.BURNIN_DEVICE_TYPES,
    maxParallel: env.BURNIN_MAX_PARALLEL,
    mqtt: {
      url: env.MQTT_URL ?? null,
      username: env.MQTT_USERNAME ?? null,
      password: env.MQTT_PASSWORD ?? null,
      embeddedPort: env.MQTT_PORT,
    },
    notify: {
      smtpUrl: env.SMTP_URL ?? null,
      mailFrom: env.MAIL_FROM ?? null,
      mailTo: env.MAIL_TO ?? null,
      webhookUrl: env.WEBHOOK_URL ?? null,
    },
    dailyReport: env.BURNIN_DAILY_REPORT,
  };
}

function buildSsh(env: z.output<typeof schema>): SshSettings | null {
  if (env.BURNIN_SSH_HOST === undefined) return null;
  return {
    host: env.BURNIN_SSH_HOST,
    port: env.BURNIN_SSH_PORT,
    user: env.BURNIN_SSH_USER,
    keyFile: env.BURNIN_SSH_KEY_FILE ?? null,
    password: env.BURNIN_SSH_PASSWORD ?? null,
    hostKey: env.BURNIN_SSH_HOST_KEY ?? null,
  };
}

function buildTruenas(env: z.output<typeof schema>): TruenasSettings | null {
  if (env.BURNIN_TRUENAS_URL === undefined || env.BURNIN_TRUENAS_API_KEY === undefined) return null;
  return {
    url: env.BURNIN_TRUENAS_URL,
    apiKey: env.BURNIN_TRUENAS_API_KEY,
    user: env.BURNIN_TRUENAS_USER ?? null,
    fingerprint: env.BURNIN_TRUENAS_FINGERPRINT ?? null,
  };
}
