import type { Outcome } from './job';
import type { NasView, Progress } from './views';

/** A node's status as Node-RED shows it below the node. */
export interface Badge {
  readonly fill?: 'red' | 'green' | 'yellow' | 'blue' | 'grey';
  readonly shape?: 'ring' | 'dot';
  readonly text?: string;
}

/** Longer texts run into the next node on the canvas. */
const maxTextLength = 19;

/** A badge, its text cut to what fits. */
export function buildBadge(fill: Badge['fill'], shape: Badge['shape'], text: string): Badge {
  const fitting = text.length > maxTextLength ? `${text.slice(0, maxTextLength - 1)}…` : text;
  return { ...(fill && { fill }), ...(shape && { shape }), text: fitting };
}

/** How the connection stands when it is not simply good; null when it is. */
function buildLinkBadge(nas: NasView): Badge | null {
  if (nas.link === 'refused') return buildBadge('red', 'dot', 'refused');
  if (nas.link === 'disconnected') return buildBadge('red', 'ring', 'disconnected');
  if (nas.link === 'connecting') return buildBadge('yellow', 'ring', 'connecting');
  return nas.isStale ? buildBadge('yellow', 'ring', 'stale') : null;
}

/** The badge of a poll node: how many drives are there, and how many things want a person. */
export function buildPollBadge(nas: NasView, count: number): Badge {
  const link = buildLinkBadge(nas);
  if (link) return link;
  const drives = count === 0 ? 'connected' : `${count} ${count === 1 ? 'drive' : 'drives'}`;
  const alerts = nas.alerts.length;
  if (alerts === 0) return buildBadge('green', 'dot', drives);
  return buildBadge('yellow', 'dot', `${drives}, ${alerts} ${alerts === 1 ? 'alert' : 'alerts'}`);
}

/** The badge of a gate. */
export function buildGateBadge(nas: NasView): Badge {
  const link = buildLinkBadge(nas);
  if (link) return link;
  if (nas.running + nas.queued === 0) return buildBadge('grey', 'ring', 'idle');
  return buildBadge('blue', 'dot', `${nas.running} run, ${nas.queued} wait`);
}

/** The badge of a station: its only drive's progress, or how many drives it has. Null when it has none. */
export function buildStationBadge(here: readonly (Progress | null)[]): Badge | null {
  const [first] = here;
  if (first === undefined) return null;
  if (here.length > 1) return buildBadge('blue', 'dot', `${here.length} drives`);
  const { percent, phase } = first ?? { percent: 0, phase: 'none' };
  return buildBadge('blue', 'dot', `${Math.floor(percent)}%${phase === 'none' ? '' : ` ${phase}`}`);
}

/** The badge of a station after a stage ended, or of a report node after a job. */
export function buildOutcomeBadge(outcome: Outcome): Badge {
  const fills = { passed: 'green', failed: 'red', cancelled: 'grey', unknown: 'yellow' } as const;
  return buildBadge(fills[outcome], 'dot', outcome);
}

/** The badge after something was refused or went wrong. */
export function buildErrorBadge(error: unknown): Badge {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : 'error';
  return buildBadge('red', 'dot', typeof code === 'string' ? code : 'error');
}
