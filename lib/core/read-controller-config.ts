import { readSettings, type SettingsResult } from './settings';

/** Fields of a `burnin-controller` node, each with its label in the editor and the variable a blank one falls back to. */
export const controllerFields = {
  nas: { label: 'NAS name', variable: 'BURNIN_NAS' },
  sshHost: { label: 'SSH host', variable: 'BURNIN_SSH_HOST' },
  sshPort: { label: 'SSH port', variable: 'BURNIN_SSH_PORT' },
  sshUser: { label: 'SSH user', variable: 'BURNIN_SSH_USER' },
  sshKeyFile: { label: 'SSH key file', variable: 'BURNIN_SSH_KEY_FILE' },
  sshPassword: { label: 'SSH password', variable: 'BURNIN_SSH_PASSWORD' },
  sshHostKey: { label: 'Host key', variable: 'BURNIN_SSH_HOST_KEY' },
  truenasUrl: { label: 'TrueNAS URL', variable: 'BURNIN_TRUENAS_URL' },
  truenasApiKey: { label: 'API key', variable: 'BURNIN_TRUENAS_API_KEY' },
  truenasUser: { label: 'API key owner', variable: 'BURNIN_TRUENAS_USER' },
  truenasFingerprint: { label: 'Certificate', variable: 'BURNIN_TRUENAS_FINGERPRINT' },
  truenasDescription: { label: 'Write descriptions', variable: 'BURNIN_TRUENAS_DESCRIPTION' },
  deviceTypes: { label: 'Device types', variable: 'BURNIN_DEVICE_TYPES' },
  maxParallel: { label: 'Slots', variable: 'BURNIN_MAX_PARALLEL' },
  dataDir: { label: 'Data directory', variable: 'BURNIN_DATA' },
  mqttUrl: { label: 'MQTT URL', variable: 'MQTT_URL' },
  mqttPort: { label: 'MQTT port', variable: 'MQTT_PORT' },
  mqttUsername: { label: 'MQTT user', variable: 'MQTT_USERNAME' },
  mqttPassword: { label: 'MQTT password', variable: 'MQTT_PASSWORD' },
  smtpUrl: { label: 'SMTP URL', variable: 'SMTP_URL' },
  mailFrom: { label: 'Mail from', variable: 'MAIL_FROM' },
  mailTo: { label: 'Mail to', variable: 'MAIL_TO' },
  webhookUrl: { label: 'Webhook URL', variable: 'WEBHOOK_URL' },
} as const;
export type ControllerField = keyof typeof controllerFields;

/** What the node's dialog and its credentials hold; a field may be missing, blank or of any type. */
export type ControllerConfig = Readonly<Partial<Record<ControllerField, unknown>>>;

/**
 * The settings of a controller node: a filled field wins over the environment, which wins over the default. Problems are
 * one line each, name the field and its variable, and never repeat a value, which may be a secret.
 */
export function readControllerConfig(
  config: ControllerConfig,
  env: Readonly<Record<string, string | undefined>>,
): SettingsResult {
  const merged: Record<string, string | undefined> = dropOtherNas(config, env);
  for (const [field, value] of Object.entries(config)) {
    const text = readField(value);
    if (text !== '' && isField(field)) merged[controllerFields[field].variable] = text;
  }
  const result = readSettings(merged);
  return result.ok ? result : { ok: false, problems: result.problems.map(nameField) };
}

/** What reaches a NAS, or is shown to it. */
const nasVariables = /^BURNIN_(SSH|TRUENAS)_/;

/**
 * The environment as far as it is about this node's NAS: where it names the address of another one, that one's login and
 * key must not be shown to this one.
 */
function dropOtherNas(
  config: ControllerConfig,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const isOther = (['sshHost', 'truenasUrl'] as const).some((field) => {
    const own = readField(config[field]);
    return own !== '' && own !== env[controllerFields[field].variable];
  });
  const namesNas = Boolean(env['BURNIN_SSH_HOST'] ?? '') || Boolean(env['BURNIN_TRUENAS_URL'] ?? '');
  if (!isOther || !namesNas) return { ...env };
  return Object.fromEntries(Object.entries(env).filter(([name]) => !nasVariables.test(name)));
}

function isField(name: string): name is ControllerField {
  return Object.hasOwn(controllerFields, name);
}

/** Node-RED puts numbers where a `${VARIABLE}` was; anything else a dialog cannot have written. */
function readField(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function nameField(problem: string): string {
  const [variable = '', ...words] = problem.split(' ');
  const field = Object.values(controllerFields).find((entry) => variable === entry.variable);
  return field ? `${field.label} (${variable}): ${words.join(' ')}` : problem;
}
