import type { PresentDrive } from '../host-state';
import { isUnderWay, percentLeft, type SelfTest } from '../self-tests';
import { isSince, type Release } from './versions';

interface TestContext {
  readonly entry: PresentDrive;
  readonly release: Release;
  readonly uptimeS: number;
}

/** The log of a drive as `smart.test.results` has it, newest first. */
export function buildTestRows(entry: PresentDrive, release: Release, uptimeS: number): readonly object[] {
  const first = isSince(release, '25.04') ? 0 : 1;
  return entry.selfTests.map((test, index) => buildRow(test, first + index, { entry, release, uptimeS }));
}

function buildRow(test: SelfTest, num: number, { entry, release, uptimeS }: TestContext): object {
  const left = isUnderWay(test, uptimeS) ? percentLeft(test, uptimeS) : leftAtEnd(test);
  const ago = Math.max(0, Math.floor((uptimeS - test.startedS) / 3600));
  const isNvme = entry.drive.transport === 'nvme';
  const own = isNvme
    ? { power_on_hours: test.lifetimeHours, failing_lba: null, nsid: null, seg: null, sct: 0, code: 0 }
    : { remaining: left / 100, lifetime: test.lifetimeHours, lba_of_first_error: null };
  return {
    num,
    description: describe(test, isNvme),
    ...judge(test, entry, { release, uptimeS }),
    ...own,
    ...(isSince(release, '25.04') ? { power_on_hours_ago: ago } : {}),
  };
}

function leftAtEnd({ outcome }: SelfTest): number {
  return outcome === null || outcome === 'passed' ? 0 : 90;
}

function describe({ kind }: SelfTest, isNvme: boolean): string {
  if (isNvme) return kind === 'LONG' ? 'Extended' : 'Short';
  return kind === 'LONG' ? 'Extended offline' : 'Short offline';
}

/** CORE has no word for an aborted test. */
function judge(
  test: SelfTest,
  entry: PresentDrive,
  { release, uptimeS }: Pick<TestContext, 'release' | 'uptimeS'>,
): { readonly status: string; readonly status_verbose: string } {
  if (isUnderWay(test, uptimeS)) {
    return { status: 'RUNNING', status_verbose: 'Self-test routine in progress' };
  }
  const outcome = test.outcome ?? (entry.isFailing ? 'failed' : 'passed');
  switch (outcome) {
    case 'passed':
      return { status: 'SUCCESS', status_verbose: 'Completed without error' };
    case 'failed':
      return { status: 'FAILED', status_verbose: 'Completed: read failure' };
    case 'aborted':
    case 'interrupted':
      return {
        status: release.isCore ? 'FAILED' : 'ABORTED',
        status_verbose: outcome === 'aborted' ? 'Aborted by host' : 'Interrupted (host reset)',
      };
  }
}
