/** The key a host showed, before anything was sent to it. */
export interface OfferedHostKey {
  /** OpenSSH's form: `SHA256:` and the base64 of the key's hash without padding. */
  readonly fingerprint: string;
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, … */
  readonly type: string;
}

export type HostKeyVerdict =
  { readonly kind: 'trusted' } | { readonly kind: 'refused'; readonly message: string };

/** Judges the offered key against the pinned fingerprint. Without a pin nothing is trusted: a person has to look once. */
export function judgeHostKey(offered: OfferedHostKey, pinned: string | null): HostKeyVerdict {
  if (offered.fingerprint === pinned) return { kind: 'trusted' };
  const shown = `${offered.fingerprint} (${offered.type})`;
  if (pinned === null)
    return { kind: 'refused', message: `host key ${shown} is not pinned: ${advise(offered)}` };
  return {
    kind: 'refused',
    message:
      `host key ${shown} is not the pinned one, ${pinned}: the NAS has a new key, or something else answers in its ` +
      `place. No login was tried. If the new key is right, ${advise(offered)}`,
  };
}

function advise(offered: OfferedHostKey): string {
  return (
    `compare it with "ssh-keygen -lf" of the key files in /etc/ssh on the NAS, ` +
    `then set BURNIN_SSH_HOST_KEY to ${offered.fingerprint}`
  );
}
