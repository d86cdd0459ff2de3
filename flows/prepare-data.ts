import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  const flow = path.join(userDir, 'flows.json');
  if (!existsSync(flow)) copyFileSync(path.join(packageRoot, 'flows/burnin.json'), flow);
  return { userDir, credentialSecret: secret ?? readSecret(path.resolve(dataDir, 'credential-secret')) };
}

/** The secret is made once and kept: with another one Node-RED could not read its credentials any more. */
function readSecret(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}
