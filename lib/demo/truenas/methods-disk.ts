import { presentDrives, type PresentDrive } from '../host-state';
import { buildDetails, buildDeviceInfo, isUsedDisk } from './disk-details';
import { buildDiskEntries, buildDiskEntry } from './disk-entry';
import { findByIdentifier, nameOn } from './disk-identity';
import { complain, invalid, noInstance } from './errors';
import { query, readOptions } from './filters';
import { flagParam, objectParam, refuseMore, textParam } from './params';
import { readTemperature, readTemperatures, summarizeTemperatures } from './temperatures';
import { isSince, type Release } from './versions';
import type { Call, Methods } from './world';

const always = () => true;
const since = (key: Release['key']) => (release: Release) => isSince(release, key);
const until2504 = (release: Release) => !isSince(release, '25.10');
const reading = { role: 'REPORTING_READ' } as const;

export const diskMethods: Methods = {
  'disk.query': { isIn: always, role: 'DISK_READ', run: queryDisks },
  'disk.get_instance': { isIn: always, role: 'DISK_READ', run: getDisk },
  'disk.update': { isIn: always, role: 'DISK_WRITE', modelSince: 'v25.10.0', run: updateDisk },
  'disk.details': { ...reading, isIn: since('24.10'), modelSince: 'v25.10.0', run: listDetails },
  'disk.get_used': {
    ...reading,
    isIn: since('24.10'),
    modelSince: 'v25.10.0',
    run: (call) =>
      details(call, flagParam(call.params, 0, 'join_partitions'))
        .filter(([isUsed]) => isUsed)
        .map(([, row]) => row),
  },
  'disk.get_unused': {
    ...reading,
    isIn: always,
    isPrivate: since('25.04'),
    run: (call) =>
      details(call, flagParam(call.params, 0, 'join_partitions'))
        .filter(([isUsed]) => !isUsed)
        .map(([, row]) => row),
  },
  'disk.temperature': { ...reading, isIn: until2504, run: readTemperature },
  'disk.temperatures': { ...reading, isIn: always, modelSince: 'v25.10.0', run: readTemperatures },
  'disk.temperature_agg': { ...reading, isIn: since('24.10'), run: summarizeTemperatures },
  'disk.temperature_alerts': { ...reading, isIn: since('24.10'), run: () => [] },
  'device.get_info': { isIn: always, role: 'READONLY_ADMIN', run: getDevices },
  'enclosure2.query': {
    isIn: since('24.10'),
    role: 'ENCLOSURE_READ',
    run: ({ world, params }) => query([buildEnclosure(world)], params),
  },
};

function queryDisks({ world, params }: Call): unknown {
  const { extra } = readOptions(params[1] ?? {});
  const rows = buildDiskEntries(world.host.state, world.release, extra);
  const found = query(rows, params);
  if (extra['supports_smart'] === true && until2504(world.release) && !world.release.isCore) {
    if (!Array.isArray(found) || found.length > 1) {
      throw invalid(complain('options.extra.supports_smart', 'May only be used for one disk'));
    }
    return found.map((row: object) => ({ ...row, supports_smart: true }));
  }
  return found;
}

function getDisk({ world, params }: Call): object {
  const identifier = textParam(params, 0, 'id');
  const { extra } = readOptions(params[1] ?? {});
  const rows = buildDiskEntries(world.host.state, world.release, extra);
  const row = rows.find((each) => (each as { identifier: string }).identifier === identifier);
  if (row === undefined) throw noInstance(`Disk ${identifier} does not exist`);
  return row;
}

const updatable = [
  'description',
  'hddstandby',
  'advpowermgmt',
  'passwd',
  'number',
  'togglesmart',
  'smartoptions',
];

/** Only the description is kept. */
function updateDisk({ world, params }: Call): object {
  const { host, release } = world;
  refuseMore(params, 2);
  const identifier = textParam(params, 0, 'id');
  const entry = findByIdentifier(host.state, release, identifier);
  if (entry === null) throw noInstance(`Disk ${identifier} does not exist`);
  const data = objectParam(params, 1, 'disk_update');
  const unknown = Object.keys(data).filter((name) => !updatable.includes(name));
  if (unknown.length > 0) {
    throw invalid(
      ...unknown.map((name) => complain(`disk_update.${name}`, 'Extra inputs are not permitted')),
    );
  }
  const description = data['description'];
  if (description !== undefined) {
    if (typeof description !== 'string') {
      throw invalid(complain('disk_update.description', 'Input should be a valid string'));
    }
    if (description.length > 120) {
      throw invalid(complain('disk_update.description', 'String should have at most 120 characters'));
    }
    host.change({ descriptions: { ...host.state.descriptions, [entry.drive.serial]: description } });
  }
  return buildDiskEntry(host.state, release, entry.drive.serial) ?? {};
}

function listDetails(call: Call): unknown {
  const options = objectParam(call.params, 0, 'data');
  const type = options['type'] ?? 'BOTH';
  const rows = details(call, options['join_partitions'] === true);
  const used = rows.filter(([isUsed]) => isUsed).map(([, row]) => row);
  const unused = rows.filter(([isUsed]) => !isUsed).map(([, row]) => row);
  if (type === 'USED') return used;
  if (type === 'UNUSED') return unused;
  if (type === 'BOTH') return { used, unused };
  throw invalid(complain('data.type', "Input should be 'USED', 'UNUSED' or 'BOTH'"));
}

function details({ world }: Call, hasPartitions: boolean): readonly (readonly [boolean, object])[] {
  const { state } = world.host;
  return presentDrives(state).map((entry) => [
    isUsedDisk(entry),
    buildDetails(entry, world.release, { bay: state.bays[entry.drive.serial], hasPartitions }),
  ]);
}

/** CORE wants the bare kind, everybody after it an object. */
function getDevices({ world, params }: Call): object {
  const { state } = world.host;
  const { release } = world;
  const options = release.isCore ? { type: textParam(params, 0, 'type') } : objectParam(params, 0, 'data');
  const { type, get_partitions: hasPartitions, serials_only: isShort } = options as Record<string, unknown>;
  if (!['SERIAL', 'DISK', 'GPU'].includes(String(type))) {
    throw invalid(complain(release.isCore ? 'type' : 'data.type', `Invalid choice: ${String(type)}`));
  }
  if (type !== 'DISK') return {};
  const describe = (entry: PresentDrive) =>
    isShort === true ? entry.drive.serial : buildDeviceInfo(entry, release, hasPartitions === true);
  return Object.fromEntries(
    presentDrives(state).map((entry) => [nameOn(release, entry.name), describe(entry)]),
  );
}

/** One shelf with a bay for every drive on a cable. */
function buildEnclosure({ host, release }: Call['world']): object {
  const { bays } = host.state;
  const names = new Map(presentDrives(host.state).map((entry) => [bays[entry.drive.serial], entry]));
  const numbers = Array.from({ length: 24 }, (_, index) => index + 1);
  const slots = numbers.map((bay) => {
    const entry = names.get(bay);
    return [
      String(bay),
      {
        descriptor: `slot${String(bay).padStart(2, '0')}`,
        status: entry === undefined ? 'Not installed' : 'OK',
        value: 'None',
        value_raw: entry === undefined ? 83_886_080 : 16_777_216,
        dev: entry === undefined ? null : nameOn(release, entry.name),
        drive_bay_number: bay,
        supports_identify_light: false,
      },
    ];
  });
  return {
    id: '5000ccab04001000',
    name: 'REHEARSAL Shelf24',
    model: 'Shelf24',
    controller: false,
    dmi: '',
    status: ['OK'],
    vendor: 'REHEARSAL',
    product: 'Shelf24',
    revision: '1',
    bsg: '/dev/bsg/0:0:0:0',
    sg: '/dev/sg0',
    pci: '0:0:0:0',
    rackmount: true,
    elements: { 'Array Device Slot': Object.fromEntries(slots) as object },
    label: 'REHEARSAL Shelf24',
  };
}
