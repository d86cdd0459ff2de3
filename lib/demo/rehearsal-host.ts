import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { FastClock } from './fast-clock';
import { saveState, type HostState, type PresentDrive } from './host-state';
import { writeTree } from './host-tree';
import { settleTests, type SelfTest } from './self-tests';

/** Called after each change, with the state before and after it. */
export type StateListener = (before: HostState, after: HostState) => void;

/** The rehearsal NAS below its servers: its state, its directory and its clock. */
export interface RehearsalHost {
  readonly root: string;
  readonly clock: FastClock;
  readonly state: HostState;
  /** Writes the state and the tree that the tools read, then tells the listeners. */
  change(next: Partial<HostState>): void;
  onChange(listener: StateListener): void;
}

export function buildHost(root: string, first: HostState, clock: FastClock): RehearsalHost {
  let state = first;
  const listeners: StateListener[] = [];
  return {
    root,
    clock,
    get state() {
      return state;
    },
    change: (next) => {
      const before = state;
      state = { ...state, ...next };
      saveState(root, state);
      writeTree(root, state);
      for (const listener of listeners) listener(before, state);
    },
    onChange: (listener) => listeners.push(listener),
  };
}

/** Degrees of the drive's sensor now; null without one. */
export function temperatureOf(host: RehearsalHost, { drive }: PresentDrive): number | null {
  if (drive.idleC === null) return null;
  const sensor = path.join(host.root, 'sys/devices', drive.serial, 'device/hwmon/hwmon1/temp1_input');
  try {
    return Math.round(Number.parseInt(readFileSync(sensor, 'utf8'), 10) / 1000);
  } catch {
    return drive.idleC;
  }
}

/** Starts a self-test, as `smartctl -t` does; one that is under way is aborted by it. */
export function startTest(
  host: RehearsalHost,
  entry: PresentDrive,
  test: Pick<SelfTest, 'kind' | 'endsS'>,
): void {
  const startedS = host.clock.uptimeS();
  const lifetimeHours = entry.drive.powerOnHours + Math.floor(startedS / 3600);
  const older = settleTests(entry.selfTests, 'aborted', startedS).slice(0, 19);
  setTests(host, entry.drive.serial, [{ ...test, startedS, lifetimeHours, outcome: null }, ...older]);
}

/** Gives the test that is under way its end. */
export function endTest(
  host: RehearsalHost,
  serial: string,
  outcome: NonNullable<SelfTest['outcome']>,
): void {
  const tests = host.state.selfTests[serial] ?? [];
  setTests(host, serial, settleTests(tests, outcome, host.clock.uptimeS()));
}

function setTests(host: RehearsalHost, serial: string, tests: readonly SelfTest[]): void {
  host.change({ selfTests: { ...host.state.selfTests, [serial]: tests } });
}

/** A power cut interrupts every test. */
export function interruptTests(host: RehearsalHost): HostState['selfTests'] {
  const uptimeS = host.clock.uptimeS();
  return Object.fromEntries(
    Object.entries(host.state.selfTests).map(([serial, tests]) => [
      serial,
      settleTests(tests, 'interrupted', uptimeS),
    ]),
  );
}
