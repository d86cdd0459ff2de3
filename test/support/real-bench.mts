import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createLoopDrive, freshSerial, type LoopDrive } from './loop-drive.mts';
import { openNasHost, type NasHost } from './nas-host.mts';
import { paceDevice } from './pace.mts';
import { until } from './until.mts';
import { WholeEngine } from './whole-engine.mts';

/** The whole engine on a real sshd, the real badblocks and loop devices. Needs root. */
export interface RealBench {
  readonly host: NasHost;
  readonly engine: WholeEngine;
  /** A drive of 16 MiB; a pass over it takes so long that it can be watched. */
  addSlowDrive(passS?: number): LoopDrive;
  /** Lets every drive run as fast as it can. */
  hurry(): void;
  close(): Promise<void>;
}

export async function openRealBench(): Promise<RealBench> {
  const host = await openNasHost();
  const engine = await WholeEngine.open({ env: { ...host.env, BURNIN_DEVICE_TYPES: 'loop' } });
  const drives: LoopDrive[] = [];
  const lifts: (() => void)[] = [];
  const hurry = () => {
    for (const lift of lifts.splice(0)) lift();
  };
  return {
    host,
    engine,
    addSlowDrive: (passS = 1) => {
      const drive = createLoopDrive({ serial: freshSerial() });
      drives.push(drive);
      lifts.push(paceDevice(drive.deviceNumber, drive.sizeBytes / passS));
      return drive;
    },
    hurry,
    close: async () => {
      hurry();
      await engine.close();
      await host.close();
      for (const drive of drives) drive.destroy();
    },
  };
}

/** Bytes that a device has written since it was made, as the kernel counts. */
export function bytesWritten({ name }: LoopDrive): number {
  const fields = readFileSync(`/sys/block/${name}/stat`, 'utf8').trim().split(/ +/);
  return Number(fields[6]) * 512;
}

/**
 * Makes a drive give back other bytes than were written, once: the end of its surface changes while the first pattern is
 * read back, and the next pattern writes over it. A medium that loses data does the same.
 */
export async function loseData(engine: WholeEngine, drive: LoopDrive): Promise<void> {
  const phase = () => engine.view(drive.serial)?.job?.progress?.phase;
  await until(
    () => `the first compare, not ${String(phase())}`,
    () => phase() === 'verify_aa',
  );
  const file = openSync(drive.file, 'r+');
  writeSync(file, Buffer.alloc(8192, 0x11), 0, 8192, drive.sizeBytes - 65_536);
  closeSync(file);
}
