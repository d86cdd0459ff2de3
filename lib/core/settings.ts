import { z } from 'zod';

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
  /** Null starts the rehearsal NAS. */
  readonly ssh: SshSettings | null;
  readonly deviceTypes: readonly string[];
  readonly maxParallel: number;
  readonly mqtt: MqttSettings;
  readonly notify: NotifySettings;
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly string[] };

const port = z.coerce.number().int().min(1).max(65535);
const word = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'use letters, digits, "-" and "_" only');
const fingerprint = z
  .string()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'expected SHA256: and 43 characters, as ssh-keygen -lf prints it');
const urlOf = (...protocols: string[]) =>
  z.url({
    protocol: new RegExp(`^(${protocols.join('|')})$`),
    error: `expected a URL with ${protocols.join(', ')}`,
  });

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
    BURNIN_DEVICE_TYPES: z
      .string()
      .default('disk')
      .transform((list) => list.split(',').map((type) => type.trim()))
      .pipe(z.array(z.string().regex(/^[a-z0-9]+$/, 'expected lsblk types such as disk,loop')).min(1)),
    BURNIN_MAX_PARALLEL: z.coerce.number().int().min(1).max(256).default(4),
    MQTT_URL: urlOf('mqtt', 'mqtts', 'ws', 'wss').optional(),
    MQTT_USERNAME: z.string().optional(),
    MQTT_PASSWORD: z.string().optional(),
    MQTT_PORT: port.default(1883),
    SMTP_URL: urlOf('smtp', 'smtps').optional(),
    MAIL_FROM: z.string().optional(),
    MAIL_TO: z.string().optional(),
    WEBHOOK_URL: urlOf('http', 'https').optional(),
  })
  .superRefine((env, context) => {
    const need = (name: string, why: string) =>
      context.addIssue({ code: 'custom', path: [name], message: why });
    if (env.BURNIN_SSH_HOST === undefined) {
      if (env.BURNIN_NAS !== 'demo') need('BURNIN_SSH_HOST', 'is needed unless BURNIN_NAS is "demo"');
    } else if (env.BURNIN_SSH_KEY_FILE === undefined && env.BURNIN_SSH_PASSWORD === undefined) {
      need('BURNIN_SSH_KEY_FILE', 'or BURNIN_SSH_PASSWORD is needed to log in');
    }
    if (env.SMTP_URL !== undefined && env.MAIL_TO === undefined) need('MAIL_TO', 'is needed with SMTP_URL');
  });

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
