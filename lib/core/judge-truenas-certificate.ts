/** The certificate a host showed, before anything was sent to it. */
export interface OfferedCertificate {
  /** SHA-256 of the certificate, 64 hex digits in upper case. */
  readonly fingerprint: string;
  /** Why the machine's own authorities and the name do not vouch for it, null when they do. */
  readonly doubt: string | null;
}

export type CertificateVerdict =
  { readonly kind: 'trusted' } | { readonly kind: 'refused'; readonly message: string };

/**
 * Judges the offered certificate. A pinned one is trusted whatever it says, and no other; without a pin a known authority
 * has to vouch for the very name.
 */
export function judgeTruenasCertificate(
  offered: OfferedCertificate,
  pinned: string | null,
): CertificateVerdict {
  if (offered.fingerprint === pinned) return { kind: 'trusted' };
  if (pinned === null) {
    if (offered.doubt === null) return { kind: 'trusted' };
    return {
      kind: 'refused',
      message: `certificate ${offered.fingerprint} is not vouched for (${offered.doubt}) and not pinned: ${advise(offered)}`,
    };
  }
  return {
    kind: 'refused',
    message:
      `certificate ${offered.fingerprint} is not the pinned one, ${pinned}: the NAS has a new certificate, or something ` +
      `else answers in its place. The API key was not sent. If the new certificate is right, ${advise(offered)}`,
  };
}

function advise(offered: OfferedCertificate): string {
  return (
    `compare it with the SHA-256 fingerprint that "openssl x509 -noout -fingerprint -sha256" prints on the NAS for the ` +
    `certificate in /etc/certificates, then set BURNIN_TRUENAS_FINGERPRINT to ${offered.fingerprint}`
  );
}
