/** What a drive of the rehearsal NAS is used for, or null for a free one. */
export type DriveUse = 'boot_pool' | 'pool' | 'exported_pool' | 'mounted';

/** A place on a drive that fails: on writing (and reading), on reading, or by giving back other bytes. */
export interface BadSpot {
  readonly offsetBytes: number;
  readonly kind: 'w' | 'r' | 'c';
}

/** A make-believe drive: everything about it that does not change with the NAS's state. */
export interface RehearsalDrive {
  readonly serial: string;
  readonly model: string;
  readonly wwn: string | null;
  readonly sizeBytes: number;
  readonly transport: 'sata' | 'nvme' | 'usb';
  readonly isRotational: boolean;
  /** Bytes a second on the NAS's own clock. */
  readonly bytesPerS: number;
  /** When nothing is written to it; null for a drive without a sensor. */
  readonly idleC: number | null;
  readonly powerOnHours: number;
  readonly smart: 'healthy' | 'failing' | 'not_available';
  readonly use: DriveUse | null;
  /** Spots that turn bad while the second pattern is written, and stay so. */
  readonly latent: readonly BadSpot[];
}

const gib = 1_073_741_824;
const plain = {
  transport: 'sata',
  isRotational: true,
  bytesPerS: 200_000_000,
  powerOnHours: 12,
  smart: 'healthy',
  use: null,
  latent: [],
} as const;
const solid = { ...plain, isRotational: false, bytesPerS: 500_000_000 };
const nvme = { ...solid, transport: 'nvme', bytesPerS: 1_500_000_000 } as const;

/** Drive sizes above 8 TB are whole multiples of 1 GiB; 64 KiB is a multiple of every block size in use. */
function spot(sizeBytes: number, share: number, kind: BadSpot['kind'], blocksOn = 0): BadSpot {
  return { offsetBytes: Math.floor((sizeBytes * share) / 65_536) * 65_536 + blocksOn * 65_536, kind };
}

/**
 * Bad spots spread over the whole drive, so that a writer at any position meets one soon.
 * The same ones each time, which is what makes a later compare find them again.
 */
export function spreadBadSpots(drive: RehearsalDrive): readonly BadSpot[] {
  return Array.from({ length: 10 }, (_, index) =>
    spot(drive.sizeBytes, 0.05 + index / 10, index % 2 === 0 ? 'w' : 'r'),
  );
}

const worn = 16_764 * gib;

/** The drives of a fresh rehearsal NAS, in the order of their first device names. */
export const drives: readonly RehearsalDrive[] = [
  {
    ...plain,
    serial: 'ZR5A1K7Q',
    model: 'ST18000NM000J-2TV103',
    wwn: '0x5000c500d1a23b41',
    sizeBytes: 16_764 * gib,
    idleC: 31,
  },
  {
    ...plain,
    serial: 'ZR5B82MT',
    model: 'ST18000NM000J-2TV103',
    wwn: '0x5000c500d1a27c9e',
    sizeBytes: 16_764 * gib,
    idleC: 33,
  },
  // Fails at about 30 % of a run: 40 % into the second of four write passes.
  {
    ...plain,
    serial: '3WKDV8LJ',
    model: 'WDC WUH721818ALE6L4',
    wwn: '0x5000cca2b0c51e77',
    sizeBytes: worn,
    idleC: 38,
    latent: [
      spot(worn, 0.4, 'w'),
      spot(worn, 0.4, 'w', 1),
      spot(worn, 0.42, 'w'),
      spot(worn, 0.61, 'r'),
      spot(worn, 0.75, 'c'),
    ],
  },
  {
    ...plain,
    serial: '2JG4XPND',
    model: 'WDC WUH721818ALE6L4',
    wwn: '0x5000cca2b0c520a3',
    sizeBytes: 16_764 * gib,
    idleC: 36,
  },
  {
    ...plain,
    serial: '52C0A03LFQDH',
    model: 'TOSHIBA MG09ACA18TE',
    wwn: '0x50000398a8d2c6f1',
    sizeBytes: 16_764 * gib,
    idleC: 35,
  },
  {
    ...plain,
    serial: 'ZL2P9CR4',
    model: 'ST16000NM001G-2KK103',
    wwn: '0x5000c500c93e5510',
    sizeBytes: 14_902 * gib,
    idleC: 34,
  },
  {
    ...plain,
    serial: '9LKT3W5G',
    model: 'WDC WUH721414ALE6L4',
    wwn: '0x5000cca2a1d0f78c',
    sizeBytes: 13_039 * gib,
    idleC: 37,
  },
  {
    ...plain,
    serial: '71B0A0MPF97G',
    model: 'TOSHIBA MG07ACA12TE',
    wwn: '0x500003991bd03a25',
    sizeBytes: 11_176 * gib,
    idleC: 32,
    powerOnHours: 21_455,
  },
  {
    ...plain,
    serial: 'ZA27F0HK',
    model: 'ST10000NM0016-1TT101',
    wwn: '0x5000c500a4f61b02',
    sizeBytes: 9_314 * gib,
    idleC: 30,
    powerOnHours: 35_120,
  },
  {
    ...plain,
    serial: 'ZVT8QJ6D',
    model: 'ST20000NM007D-3DJ103',
    wwn: '0x5000c500e5b84d6a',
    sizeBytes: 18_627 * gib,
    idleC: 33,
  },
  {
    ...plain,
    serial: '2GHMZ4VR',
    model: 'WDC WUH722222ALE6L4',
    wwn: '0x5000cca2f3e1907d',
    sizeBytes: 20_490 * gib,
    idleC: 39,
  },
  {
    ...plain,
    serial: 'ZXA0PM7B',
    model: 'ST24000NM000C-3WD103',
    wwn: '0x5000c500f7a0c3d8',
    sizeBytes: 22_352 * gib,
    idleC: 35,
  },
  {
    ...plain,
    serial: 'K1S04EW9',
    model: 'ST30000NT011-3V2103',
    wwn: '0x5000c500fb13e49c',
    sizeBytes: 27_940 * gib,
    bytesPerS: 230_000_000,
    idleC: 37,
  },
  {
    ...plain,
    serial: 'VJGE3L4X',
    model: 'HGST HUH728080ALE604',
    wwn: '0x5000cca23bd7a0e5',
    sizeBytes: 8_001_563_222_016,
    idleC: 44,
    powerOnHours: 52_380,
    smart: 'failing',
  },
  {
    ...plain,
    serial: 'ZCT1WBN2',
    model: 'ST8000VN004-2M2101',
    wwn: '0x5000c500c2d94af7',
    sizeBytes: 8_001_563_222_016,
    idleC: 34,
  },
  {
    ...plain,
    serial: 'ZR52TANK',
    model: 'ST18000NM000J-2TV103',
    wwn: '0x5000c500d0b3e26f',
    sizeBytes: 16_764 * gib,
    idleC: 36,
    powerOnHours: 9_310,
    use: 'pool',
  },
  {
    ...plain,
    serial: '2YJ6ARCH',
    model: 'WDC WUH721414ALE6L4',
    wwn: '0x5000cca2a1f4d31b',
    sizeBytes: 13_039 * gib,
    idleC: 33,
    powerOnHours: 30_077,
    use: 'exported_pool',
  },
  {
    ...plain,
    serial: '81N0A0OLDX4K',
    model: 'TOSHIBA MG07ACA12TE',
    wwn: '0x500003991bd25e90',
    sizeBytes: 11_176 * gib,
    idleC: 32,
    powerOnHours: 28_641,
    use: 'mounted',
  },
  {
    ...plain,
    serial: '7SGK2D1C',
    model: 'Elements 25A3',
    wwn: null,
    sizeBytes: 8_001_563_222_016,
    transport: 'usb',
    bytesPerS: 180_000_000,
    idleC: null,
    smart: 'not_available',
  },
  {
    ...solid,
    serial: 'S6PNNX0T411207A',
    model: 'Samsung SSD 870 EVO 4TB',
    wwn: '0x5002538f4331c0b6',
    sizeBytes: 4_000_787_030_016,
    idleC: 29,
  },
  {
    ...nvme,
    serial: 'S64DNX0R903188K',
    model: 'Samsung SSD 980 500GB',
    wwn: 'eui.002538d911b04c2e',
    sizeBytes: 500_107_862_016,
    idleC: 42,
    powerOnHours: 9_402,
    use: 'boot_pool',
  },
  {
    ...nvme,
    serial: '234108015492',
    model: 'WD_BLACK SN850X 1000GB',
    wwn: 'eui.e8238fa6bf530001001b448b4e1a7702',
    sizeBytes: 1_000_204_886_016,
    idleC: 46,
  },
];
