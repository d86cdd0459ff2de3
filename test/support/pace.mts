import { writeFileSync } from 'node:fs';

const dir = '/sys/fs/cgroup/blkio';

/**
 * Limits what the whole machine reads from and writes to a device, so that a run lasts long enough to be looked at.
 * Returns the function that lifts the limit.
 */
export function paceDevice(deviceNumber: string, bytesPerS: number): () => void {
  const set = (bytes: number) => {
    for (const kind of ['read', 'write']) {
      writeFileSync(`${dir}/blkio.throttle.${kind}_bps_device`, `${deviceNumber} ${bytes}`);
    }
  };
  set(bytesPerS);
  return () => set(0);
}
