import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where Node-RED keeps its files, and what it encrypts credentials with. */
export interface PreparedData {
  readonly userDir: string;
  readonly credentialSecret: string;
}

/** Directory of this package; the bundled flow is in its `flows/`. */
export const packageRoot = path.resolve(__dirname, '../..');

/** Makes the data directory, for its owner alone, and puts the bundled flow there unless a flow is there already. */
export function prepareData(dataDir: string, secret: string | undefined): PreparedData {
  const userDir = path.resolve(dataDir, 'node-red');
  mkdirSync(path.resolve(dataDir), { recursive: true, mode: 0o700 });
  mkdirSync(userDir, { recursive: true, mode: 0o700 });
  seedFlow(userDir);
  return { userDir, credentialSecret: secret ?? readSecret(path.resolve(dataDir, 'credential-secret')) };
}

/** Names of variables stand for the login of the broker: no secret is written, and Node-RED encrypts the file later. */
const brokerLogin = { user: '${MQTT_USERNAME}', password: '${MQTT_PASSWORD}' };

function seedFlow(userDir: string): void {
  const file = path.join(userDir, 'flows.json');
  if (existsSync(file)) return;
  const flow = readFileSync(path.join(packageRoot, 'flows/burnin.json'), 'utf8');
  const nodes = JSON.parse(flow) as readonly { id: string; type: string }[];
  const brokers = nodes.filter((node) => node.type === 'mqtt-broker');
  const logins = Object.fromEntries(brokers.map((node) => [node.id, brokerLogin]));
  writeFileSync(path.join(userDir, 'flows_cred.json'), JSON.stringify(logins), { mode: 0o600 });
  writeFileSync(file, flow);
}

/** The secret is made once and kept: with another one Node-RED could not read its credentials any more. */
function readSecret(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}
