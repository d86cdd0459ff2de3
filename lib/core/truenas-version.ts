/** A release of TrueNAS. */
export interface TruenasVersion {
  /** As `system.version` tells it, e.g. `TrueNAS-25.10.6`. */
  readonly text: string;
  /** `core` runs on FreeBSD, `scale` on Linux, also where the product no longer has that name. */
  readonly family: 'core' | 'scale';
  /** 13 of `13.0-U6.8`, 25 of `25.10.6`. */
  readonly major: number;
  /** 0 of `13.0-U6.8`, 10 of `25.10.6`. */
  readonly minor: number;
  readonly train: 'release' | 'preview' | 'nightly';
}

const pattern =
  /^TrueNAS-(SCALE-)?(\d{2})\.(\d{1,2})((?:\.\d{1,3}){0,3})(?:-(?:(U\d{1,2}(?:\.\d{1,3})*|RELEASE)|((?:ALPHA|BETA|RC)\.?\d{0,2})|(MASTER(?:-[0-9A-Za-z.-]{1,40})?)))?$/;

/** Reads the text of `system.version`. Null for every other text: a guessed release would be a guessed capability. */
export function readTruenasVersion(text: string): TruenasVersion | null {
  const match = pattern.exec(text.trim());
  if (match === null) return null;
  const [, scale, majorText, minorText, , update, preview, nightly] = match;
  const major = Number(majorText);
  const family = readFamily(major, {
    isScale: scale !== undefined,
    hasUpdate: update?.startsWith('U') === true,
  });
  if (family === null) return null;
  const train = nightly !== undefined ? 'nightly' : preview !== undefined ? 'preview' : 'release';
  return { text: match[0], family, major, minor: Number(minorText), train };
}

/** SCALE dropped its name from the version with 25.04; CORE ended with 13.3. */
function readFamily(
  major: number,
  { isScale, hasUpdate }: { isScale: boolean; hasUpdate: boolean },
): TruenasVersion['family'] | null {
  if (!isScale && (major === 12 || major === 13)) return 'core';
  if (hasUpdate) return null;
  if (isScale ? major >= 20 : major >= 25) return 'scale';
  return null;
}

function isAtLeast(version: TruenasVersion, major: number, minor: number): boolean {
  if (version.family !== 'scale') return false;
  return version.major > major || (version.major === major && version.minor >= minor);
}

/** False on CORE, which is FreeBSD. */
export function isLinux(version: TruenasVersion): boolean {
  return version.family === 'scale';
}

/** The JSON-RPC socket, from 25.04; before it, and still beside it, there is the DDP-like one. */
export function hasJsonRpc(version: TruenasVersion): boolean {
  return isAtLeast(version, 25, 4);
}

/** `disk.details` and `disk.get_used`, from 24.10. */
export function hasDiskDetails(version: TruenasVersion): boolean {
  return isAtLeast(version, 24, 10);
}

/** `disk.temperatures` tells thresholds, with another signature than before, from 25.10. */
export function hasTemperatureThresholds(version: TruenasVersion): boolean {
  return isAtLeast(version, 25, 10);
}

/** `smart.test.*`: CORE, 24.10 and 25.04. */
export function hasSmartApi(version: TruenasVersion): boolean {
  return version.family === 'core' || hasSmartAbort(version);
}

/** A self-test can be ended, and NVMe drives be tested, through `smart.test.*`; progress comes as an event: 24.10 and 25.04. */
export function hasSmartAbort(version: TruenasVersion): boolean {
  return isAtLeast(version, 24, 10) && !isAtLeast(version, 25, 10);
}

/** The REST interface, which this project never uses: gone with 26. */
export function hasRest(version: TruenasVersion): boolean {
  return !isAtLeast(version, 26, 0);
}

/** Login without showing the key, from 26. */
export function hasScram(version: TruenasVersion): boolean {
  return isAtLeast(version, 26, 0);
}

/**
 * Whether sudo logs sub-commands, so that nothing below it may start a program once it has gone. `isEnterprise` only
 * matters from 26.
 */
export function isSudoDetachUnsafe(
  version: TruenasVersion,
  { isRoot, isEnterprise }: { readonly isRoot: boolean; readonly isEnterprise: boolean },
): boolean {
  if (isRoot || !isAtLeast(version, 24, 10)) return false;
  return isEnterprise || !isAtLeast(version, 26, 0);
}
