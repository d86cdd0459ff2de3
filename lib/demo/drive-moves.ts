import { drives, type RehearsalDrive } from './drive-catalog';
import { nextName, presentDrives, type HostState, type PresentDrive } from './host-state';

type Change = Partial<HostState>;

/** TrueNAS forgets a drive a week after it has gone. */
const rememberedMs = 7 * 86_400_000;

export function findDrive(serial: string): RehearsalDrive {
  const drive = drives.find((each) => each.serial === serial);
  if (drive === undefined) throw new Error(`the rehearsal NAS has no drive ${serial}`);
  return drive;
}

export function findPresent(state: HostState, serial: string): PresentDrive {
  const entry = presentDrives(state).find(({ drive }) => drive.serial === findDrive(serial).serial);
  if (entry === undefined) throw new Error(`drive ${serial} is not plugged in`);
  return entry;
}

export function pullDrive(state: HostState, serial: string): Change {
  const name = state.names[findDrive(serial).serial];
  if (name === undefined) return {};
  const gone = { ...state.gone, [serial]: { name, expiresAt: Date.now() + rememberedMs } };
  return { names: without(state.names, serial), gone, selfTests: without(state.selfTests, serial) };
}

export function insertDrive(state: HostState, serial: string): Change {
  const names = without(state.names, serial);
  const name = nextName(names, findDrive(serial));
  return { names: { ...names, [serial]: name }, gone: without(state.gone, serial) };
}

/** One drive takes the place of another: its bay and its name. A drive that comes from another bay leaves that one empty. */
export function swapDrives(state: HostState, out: string, into: string): Change {
  const name = findPresent(state, out).name;
  if (findDrive(out).transport !== findDrive(into).transport || out === into) {
    throw new Error(`drive ${into} does not fit the bay of ${out}`);
  }
  const pulled = { ...state, ...pullDrive(state, out) };
  const bay = state.bays[out];
  return {
    names: { ...without(pulled.names, into), [into]: name },
    gone: without(pulled.gone, into),
    selfTests: without(pulled.selfTests, into),
    bays: bay === undefined ? state.bays : { ...without(state.bays, out), [into]: bay },
  };
}

/** Two drives change names, as they may on any boot; the first two free ones unless told. */
export function renumberDrives(state: HostState, serials?: readonly [string, string]): Change {
  const [one, other] = serials ?? firstTwo(state);
  const [first, second] = [state.names[one], state.names[other]];
  if (first === undefined || second === undefined) throw new Error('both drives have to be plugged in');
  return { names: { ...state.names, [one]: second, [other]: first } };
}

function firstTwo(state: HostState): readonly [string, string] {
  const [one, other] = drives.filter(({ serial, use }) => use === null && state.names[serial] !== undefined);
  if (one === undefined || other === undefined) throw new Error('fewer than two free drives are plugged in');
  return [one.serial, other.serial];
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
}
