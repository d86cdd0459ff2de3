import type { StageKind } from './job';
import { stageKinds } from './job';

/** A node's configuration as Node-RED keeps it; only what the walk looks at, and nothing of it trusted. */
export interface NodeConfig {
  readonly id: string;
  readonly type: string;
  /** Id of its tab or subflow. */
  readonly z?: string;
  readonly [property: string]: unknown;
}

/**
 * The plan drawn by the wires: stages of the stations that a ticket from the gate's first output can reach, nearest
 * first. Link nodes are followed; disabled nodes and tabs, and what lies inside subflows, are not. `precheck` is
 * always first and `final_check` last, drawn or not, and a stage met twice counts once.
 */
export function readPlan(nodes: readonly NodeConfig[], gateId: string): readonly StageKind[] {
  const flow = new Map(nodes.map((node) => [node.id, node]));
  const met = new Set<StageKind>();
  for (const node of walk(flow, gateId)) {
    const kind = readKind(node);
    if (kind !== null && kind !== 'precheck' && kind !== 'final_check') met.add(kind);
  }
  return ['precheck', ...met, 'final_check'];
}

function walk(flow: ReadonlyMap<string, NodeConfig>, gateId: string): NodeConfig[] {
  const start = flow.get(gateId);
  if (!start) return [];
  const found = new Map([[gateId, start]]);
  // A Map may grow while it is walked: nodes come out in the order in which they were met.
  for (const node of found.values()) {
    for (const id of readTargets(node, node.id === gateId)) {
      const target = flow.get(id);
      if (target && isEnabled(target, flow)) found.set(id, target);
    }
  }
  return [...found.values()];
}

/** Where a ticket may go from here. It leaves a station by the first output and a report by the second. */
function readTargets(node: NodeConfig, isStart: boolean): readonly string[] {
  const wires = Array.isArray(node['wires']) ? node['wires'].map(readIds) : [];
  switch (node.type) {
    case 'drive-lock':
      return isStart ? (wires[0] ?? []) : [];
    case 'burnin-stage':
    case 'badblocks-run':
      return wires[0] ?? [];
    case 'report':
      return wires[1] ?? [];
    case 'link out':
    case 'link call':
      return [...readIds(node['links']), ...wires.flat()];
    default:
      return wires.flat();
  }
}

function readIds(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
}

function isEnabled(node: NodeConfig, flow: ReadonlyMap<string, NodeConfig>): boolean {
  const tab = flow.get(node.z ?? '');
  return node['d'] !== true && tab?.['disabled'] !== true;
}

function readKind(node: NodeConfig): StageKind | null {
  if (node.type === 'badblocks-run') return 'surface_validate';
  return node.type === 'burnin-stage' ? readStageKind(node['stage']) : null;
}

/** The stage chosen in a `burnin-stage` node, or null when it is none. */
export function readStageKind(value: unknown): StageKind | null {
  return stageKinds.find((kind) => kind === value) ?? null;
}
