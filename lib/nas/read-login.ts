import { readFile } from 'node:fs/promises';
import type { AnyAuthMethod, AuthenticationType, ParsedKey } from 'ssh2';
import { utils } from 'ssh2';
import type { SshSettings } from '../core/settings';

/** What is shown to the NAS to log in. */
export type Login =
  | { readonly kind: 'key'; readonly key: ParsedKey }
  | { readonly kind: 'password'; readonly password: string };

export type LoginReading =
  | { readonly ok: true; readonly login: Login }
  /** In plain words, with the file's name but nothing of its content. */
  | { readonly ok: false; readonly reason: string };

/** Reads the key file afresh, so that a replaced one counts at the next connection. Never rejects. */
export async function readLogin(settings: SshSettings): Promise<LoginReading> {
  if (settings.keyFile !== null) return readKeyLogin(settings.keyFile, settings.password);
  if (settings.password === null)
    return { ok: false, reason: 'neither a key file nor a password is set for the login' };
  return { ok: true, login: { kind: 'password', password: settings.password } };
}

async function readKeyLogin(file: string, passphrase: string | null): Promise<LoginReading> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { ok: false, reason: `key file ${file} cannot be read (${code})` };
  }
  return parseKey(file, content, passphrase);
}

function parseKey(file: string, content: Buffer, passphrase: string | null): LoginReading {
  const parsed = utils.parseKey(content, passphrase ?? undefined);
  const [key] = [parsed].flat();
  if (key instanceof Error || key === undefined)
    return { ok: false, reason: explainKey(file, key, passphrase) };
  if (!key.isPrivateKey())
    return { ok: false, reason: `key file ${file} holds a public key, not the private one` };
  return { ok: true, login: { kind: 'key', key } };
}

function explainKey(file: string, error: Error | undefined, passphrase: string | null): string {
  const isEncrypted = error !== undefined && /encrypted|passphrase|integrity/i.test(error.message);
  if (!isEncrypted) return `key file ${file} is not a private key in a known format`;
  if (passphrase === null) return `key file ${file} is encrypted: set its passphrase as the password`;
  return `key file ${file} does not open with the passphrase that is set`;
}

/**
 * Next method to try, of those the server still allows, or false. The first try is `none`, which only asks for the list;
 * a method is tried once. With a key the password is its passphrase and is never sent.
 */
export function buildAuthHandler(
  user: string,
  login: Login,
): (allowed: readonly AuthenticationType[] | null) => AnyAuthMethod | false {
  const left = listMethods(user, login);
  return (allowed) => {
    if (allowed === null) return { type: 'none', username: user };
    const index = left.findIndex((method) => allowed.includes(method.type));
    return index === -1 ? false : (left.splice(index, 1)[0] ?? false);
  };
}

function listMethods(username: string, login: Login): AnyAuthMethod[] {
  if (login.kind === 'key') return [{ type: 'publickey', username, key: login.key }];
  const { password } = login;
  return [
    { type: 'password', username, password },
    {
      type: 'keyboard-interactive',
      username,
      prompt: (...[, , , prompts, finish]) =>
        finish(prompts.map(({ echo }) => (echo === true ? '' : password))),
    },
  ];
}
