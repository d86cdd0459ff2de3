import { createHash } from 'node:crypto';
import type { OfferedHostKey } from '../core/host-key';

/** Names a host key as `ssh-keygen -l` does. `blob` is the key in SSH's wire form, as the server sent it. */
export function readHostKey(blob: Buffer): OfferedHostKey {
  const hash = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { fingerprint: `SHA256:${hash}`, type: readKeyType(blob) };
}

/** The wire form starts with the length and the name of the key's type. */
function readKeyType(blob: Buffer): string {
  const lengthBytes = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  const type = blob.subarray(4, 4 + lengthBytes).toString('latin1');
  return /^[a-z0-9@.-]{1,64}$/i.test(type) ? type : 'unknown type';
}
