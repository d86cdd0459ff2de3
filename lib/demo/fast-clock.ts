import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';

import { putFile } from './put-file';

/** The rehearsal NAS's own clock, by default a few ten thousand times as fast as the machine's. */
export interface FastClock {
  /** Seconds since the NAS's boot. */
  uptimeS(): number;
  /** Starts again near zero, as a boot does. */
  restart(): void;
  /** Jumps ahead: all that time has passed on the NAS. */
  advance(seconds: number): void;
  /** Goes on at another rate from now. */
  setSpeed(speed: number): void;
  close(): void;
}

const bootUptimeS = 60;
const tickMs = 100;

/**
 * Keeps `proc/uptime` going and tells the fakes the rate, so that they can go on by themselves when this process has
 * gone. A second open goes on from the uptime of the first; time that passed in between has passed on the NAS as well.
 */
export function openFastClock(root: string, speed: number): FastClock {
  const uptimePath = path.join(root, 'proc/uptime');
  const ratePath = path.join(root, 'rehearsal/clock');
  let anchor = readAnchor(ratePath, uptimePath);
  if (anchor.speed !== speed) anchor = { wallMs: Date.now(), baseS: uptimeFrom(anchor), speed };
  let newestS = 0;
  let isClosed = false;

  // Overwritten in place: a reader must never see an empty file, and reads the first line alone.
  const file = openSync(uptimePath, existsSync(uptimePath) ? 'r+' : 'w+');
  const start = () => {
    newestS = 0;
    putFile(ratePath, `${anchor.wallMs} ${Math.round(anchor.baseS * 100)} ${anchor.speed}\n`);
    ftruncateSync(file, writeSync(file, buildUptime(uptimeFrom(anchor)), 0));
  };
  start();
  const uptimeS = () => (newestS = Math.max(newestS, uptimeFrom(anchor)));
  const timer = setInterval(() => {
    try {
      writeSync(file, buildUptime(uptimeS()), 0);
    } catch {
      // A full disk; the next tick tries again.
    }
  }, tickMs);
  timer.unref();
  return {
    uptimeS,
    restart: () => {
      anchor = { wallMs: Date.now(), baseS: bootUptimeS, speed: anchor.speed };
      start();
    },
    advance: (seconds) => {
      anchor = { wallMs: Date.now(), baseS: uptimeS() + seconds, speed: anchor.speed };
      start();
    },
    setSpeed: (rate) => {
      anchor = { wallMs: Date.now(), baseS: uptimeS(), speed: Math.max(1, Math.round(rate)) };
      start();
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      closeSync(file);
    },
  };
}

interface Anchor {
  readonly wallMs: number;
  readonly baseS: number;
  readonly speed: number;
}

function uptimeFrom({ wallMs, baseS, speed }: Anchor): number {
  // In the hundredths that the file shows.
  return Math.floor(baseS * 100 + Math.max(0, Date.now() - wallMs) * (speed / 10)) / 100;
}

function buildUptime(uptimeS: number): string {
  const text = uptimeS.toFixed(2);
  return `${text} ${text}\n`;
}

function readAnchor(ratePath: string, uptimePath: string): Anchor {
  const fresh = { wallMs: Date.now(), baseS: bootUptimeS, speed: 0 };
  if (!existsSync(ratePath) || !existsSync(uptimePath)) return fresh;
  const [wallMs, baseCs, speed] = readFileSync(ratePath, 'utf8').trim().split(' ').map(Number);
  if (wallMs === undefined || baseCs === undefined || speed === undefined) return fresh;
  const anchor = { wallMs, baseS: baseCs / 100, speed };
  // The machine's clock may have been set back since.
  const seenS = Number.parseFloat(readFileSync(uptimePath, 'utf8'));
  return seenS > uptimeFrom(anchor) ? { wallMs: Date.now(), baseS: seenS, speed } : anchor;
}
