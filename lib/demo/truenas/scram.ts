import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

import type { ApiKey } from './api-key';

/** SCRAM-SHA-512 (RFC 5802) after its first half. */
export interface ScramExchange {
  readonly gs2Header: string;
  /** All but the last part of what both sides sign. */
  readonly transcript: string;
  readonly nonce: string;
  readonly serverFirst: string;
  readonly saltedPassword: Buffer;
}

const iterations = 10_000;
const hmac = (key: Buffer, text: string) => createHmac('sha512', key).update(text).digest();
const sha512 = (data: Buffer) => createHash('sha512').update(data).digest();

/** Null when the message is no first message, or of an account that is not there. */
export function answerFirst(message: string, key: ApiKey): ScramExchange | null {
  const parts = /^((?:n|y|p=tls-server-end-point),,)(n=([^,]+),r=([^,]+))$/.exec(message);
  const [, gs2Header, bare, user, clientNonce] = parts ?? [];
  if (gs2Header === undefined || bare === undefined || clientNonce === undefined) return null;
  if (user !== `${key.user}:${key.id}`) return null;
  const both = joinNonces(clientNonce);
  const salt = randomBytes(16);
  const serverFirst = `r=${both},s=${salt.toString('base64')},i=${iterations}`;
  return {
    gs2Header,
    transcript: `${bare},${serverFirst}`,
    nonce: both,
    serverFirst,
    saltedPassword: pbkdf2Sync(key.secret, salt, iterations, 64, 'sha512'),
  };
}

/**
 * TrueNAS's library takes nonces for base64 of 32 bytes and joins the bytes: the client's padded text is then no prefix of
 * the answer's. Any other nonce is joined as text, as the RFC has it.
 */
function joinNonces(clientNonce: string): string {
  const bytes = Buffer.from(clientNonce, 'base64');
  const isUsual = bytes.length === 32 && bytes.toString('base64') === clientNonce;
  if (isUsual) return Buffer.concat([bytes, randomBytes(32)]).toString('base64');
  return `${clientNonce}${randomBytes(33).toString('base64')}`;
}

/** The server's own signature when the proof is right, else null. */
export function answerFinal(
  message: string,
  exchange: ScramExchange,
  certificateHash: Buffer,
): string | null {
  const parts = /^(c=([^,]+),r=([^,]+)),p=([^,]+)$/.exec(message);
  const [, unproved, binding, nonce, proof] = parts ?? [];
  if (unproved === undefined || binding === undefined || proof === undefined) return null;
  const bound = exchange.gs2Header.startsWith('p') ? certificateHash : Buffer.alloc(0);
  const wanted = Buffer.concat([Buffer.from(exchange.gs2Header), bound]).toString('base64');
  if (nonce !== exchange.nonce || binding !== wanted) return null;
  const signed = `${exchange.transcript},${unproved}`;
  const clientKey = hmac(exchange.saltedPassword, 'Client Key');
  const signature = hmac(sha512(clientKey), signed);
  const given = Buffer.from(proof, 'base64');
  const right = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  return `v=${hmac(hmac(exchange.saltedPassword, 'Server Key'), signed).toString('base64')}`;
}
