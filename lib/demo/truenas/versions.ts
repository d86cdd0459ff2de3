/** What the rehearsal NAS can be: a release of TrueNAS, or a plain Linux without its middleware. Oldest first. */
export const rehearsalVersions = [
  'linux',
  'core-13.0',
  'core-13.3',
  '24.10',
  '25.04',
  '25.10',
  '26',
] as const;
export type RehearsalVersion = (typeof rehearsalVersions)[number];
export type TruenasRelease = Exclude<RehearsalVersion, 'linux'>;

/** One release of TrueNAS, as far as a client can tell it from the others. */
export interface Release {
  readonly key: TruenasRelease;
  /** As `system.version` answers. */
  readonly text: string;
  readonly product: string;
  readonly isCore: boolean;
  /** Frozen paths that are served beside `/api/current`; none means that there is no JSON-RPC. */
  readonly apiVersions: readonly string[];
  /** nginx cuts a silent API socket after this long. */
  readonly idleMs: number;
}

const v2504 = ['v25.04.0', 'v25.04.1', 'v25.04.2'];
const v2510 = ['v25.10.0', 'v25.10.1', 'v25.10.2', 'v25.10.3', 'v25.10.4', 'v25.10.5'];
const scale = { product: 'COMMUNITY_EDITION', isCore: false, apiVersions: [], idleMs: 60_000 } as const;
const core = { ...scale, product: 'CORE', isCore: true } as const;

export const releases: Readonly<Record<TruenasRelease, Release>> = {
  'core-13.0': { ...core, key: 'core-13.0', text: 'TrueNAS-13.0-U6.8' },
  'core-13.3': { ...core, key: 'core-13.3', text: 'TrueNAS-13.3-U1.2' },
  '24.10': { ...scale, key: '24.10', text: 'TrueNAS-SCALE-24.10.2.4', product: 'SCALE' },
  '25.04': { ...scale, key: '25.04', text: 'TrueNAS-25.04.2.6', apiVersions: v2504 },
  '25.10': { ...scale, key: '25.10', text: 'TrueNAS-25.10.6', apiVersions: [...v2504, ...v2510] },
  '26': {
    ...scale,
    key: '26',
    text: 'TrueNAS-26.0.0-BETA.3',
    apiVersions: [...v2504, ...v2510, 'v26.0.0'],
    idleMs: 3_600_000,
  },
};

/** The release is this one or a newer one. */
export function isSince(release: Release, key: TruenasRelease): boolean {
  return rehearsalVersions.indexOf(release.key) >= rehearsalVersions.indexOf(key);
}
