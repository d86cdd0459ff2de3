/** The release of a TrueNAS middleware. */
export interface TruenasVersion {
  /** As `system.version` tells it, e.g. `TrueNAS-25.10.6`. */
  readonly text: string;
  /** `core` stands on FreeBSD, `scale` (all later names) on Linux. */
  readonly family: 'core' | 'scale';
  readonly major: number;
  readonly minor: number;
}

/** Reads the answer of `system.version`; null where it holds no number. */
export function readTruenasVersion(text: string): TruenasVersion | null {
  const match = /(\d{1,4})\.(\d{1,4})/.exec(text);
  if (match === null) return null;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return { text, family: major < 20 ? 'core' : 'scale', major, minor };
}
