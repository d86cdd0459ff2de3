import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { putFile } from '../put-file';

/** The one key of the one account that may use the API. */
export interface ApiKey {
  readonly user: string;
  readonly id: number;
  /** `<id>-<secret>`, as it goes over the wire. */
  readonly text: string;
  readonly secret: string;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The key of a directory, a new one where there is none. */
export function loadApiKey(root: string): ApiKey {
  const file = path.join(root, 'rehearsal/api_key');
  if (!existsSync(file)) {
    const secret = Array.from({ length: 64 }, () => letters[randomInt(letters.length)]).join('');
    putFile(file, `1-${secret}\n`, 0o600);
  }
  const text = readFileSync(file, 'utf8').trim();
  return { user: 'rehearsal', id: 1, text, secret: text.slice(text.indexOf('-') + 1) };
}
