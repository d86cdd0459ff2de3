import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { generate } from 'selfsigned';

import { putFile } from '../put-file';

export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
  /** SHA-256 of the whole certificate. */
  readonly hash: Buffer;
}

/** The self-signed certificate of a directory, made once, as a new TrueNAS makes its own. */
export async function loadCertificate(root: string): Promise<Certificate> {
  const [certFile, keyFile] = ['api.crt', 'api.key'].map((name) => path.join(root, 'rehearsal', name)) as [
    string,
    string,
  ];
  if (!existsSync(certFile) || !existsSync(keyFile)) {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notAfterDate: new Date(Date.now() + 397 * 86_400_000),
    });
    putFile(keyFile, made.private, 0o600);
    putFile(certFile, made.cert);
  }
  const certPem = readFileSync(certFile, 'utf8');
  const hash = createHash('sha256').update(new X509Certificate(certPem).raw).digest();
  return { certPem, keyPem: readFileSync(keyFile, 'utf8'), hash };
}
