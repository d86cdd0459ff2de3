import { takeProcessLock } from '../../dist/lib/store/process-lock.js';

/** A second process that wants a lock: `hold-lock.mts FILE`. Says whether it got it, and keeps it until it is ended. */
const lock = takeProcessLock(process.argv[2] ?? '');
process.send?.(lock === null ? 'taken' : 'held');
process.once('message', () => {
  lock?.release();
  process.send?.('released');
});
// Also when the parent has gone: nobody would end this process then.
process.once('disconnect', () => process.exit());
