import type { RehearsalControls } from '../rehearsal-controls';
import { callError } from './errors';
import { refuseMore, textParam } from './params';
import type { Call, Method, Methods } from './world';

type Params = readonly unknown[];

/** What cuts off whoever asked for it happens a moment after the answer. */
const answerFirstMs = 100;

function numberParam(params: Params, name: string): number {
  const [value] = params;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw callError('EINVAL', `${name}: Input should be a number above 0`);
}

const pool = (params: Params) => (params.length === 0 ? undefined : textParam(params, 0, 'pool'));
const serial = (params: Params) => textParam(params, 0, 'serial');

/** What happens at once. */
const deeds: Readonly<Record<string, (controls: RehearsalControls, params: Params) => void>> = {
  complete_all: (controls) => controls.completeAll(),
  slow_down: (controls, params) => controls.slowDown(numberParam(params, 'factor')),
  renumber: (controls) => controls.renumber(),
  fail_drive: (controls, params) => controls.failDrive(serial(params)),
  pull: (controls, params) => controls.pull(serial(params)),
  insert: (controls, params) => controls.insert(serial(params)),
  hot_swap: (controls, params) => controls.hotSwap(textParam(params, 0, 'out'), textParam(params, 1, 'into')),
  start_scrub: (controls, params) => controls.startScrub(pool(params)),
  end_scrub: (controls, params) => controls.endScrub(pool(params)),
  start_self_test: (controls, params) => controls.startSelfTest(serial(params)),
  end_self_test: (controls, params) => controls.endSelfTest(serial(params)),
};

/** What takes the connection of the asker along. */
const cuts: Readonly<Record<string, (controls: RehearsalControls, params: Params) => () => unknown>> = {
  reset: (controls) => () => controls.reset(),
  reboot: (controls) => () => controls.reboot(),
  cut: (controls, params) => {
    const durationMs = numberParam(params, 'milliseconds');
    return () => controls.cut(durationMs);
  },
  revoke_key: (controls) => () => controls.revokeKey(),
};

/** `rehearsal.reset`, `rehearsal.fail_drive`, …: requests that no real TrueNAS knows, for whoever may do everything. */
export const rehearsalMethods: Methods = Object.fromEntries(
  [
    ...Object.entries(deeds).map(([name, deed]) => [name, buildMethod(deed)] as const),
    ...Object.entries(cuts).map(([name, cut]) => [name, buildMethod(laterOf(cut))] as const),
  ].map(([name, method]) => [`rehearsal.${name}`, method]),
);

function laterOf(cut: (controls: RehearsalControls, params: Params) => () => unknown) {
  return (controls: RehearsalControls, params: Params) => {
    const act = cut(controls, params);
    setTimeout(() => void Promise.resolve(act()).catch(() => undefined), answerFirstMs).unref();
  };
}

function buildMethod(deed: (controls: RehearsalControls, params: Params) => void): Method {
  return {
    isIn: () => true,
    role: 'FULL_ADMIN',
    run: ({ world, params }: Call) => {
      refuseMore(params, 2);
      const { controls } = world.orders;
      if (controls === null) throw callError('EBUSY', 'The rehearsal NAS is still starting');
      return perform(() => deed(controls, params));
    },
  };
}

/** What the controls refuse, such as a drive that is not there, is a "no" and no fault. */
function perform(work: () => void): true {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof Error && error.constructor === Error) throw callError('EINVAL', error.message);
    throw error;
  }
}
