import type { Node, NodeAPI } from 'node-red';
import { buildStation } from './rim/station';
import { startWork, type WorkDef } from './rim/work';

/** The station of the surface validation. */
export default function register(RED: NodeAPI): void {
  function BadblocksRun(this: Node, def: WorkDef): void {
    startWork({ RED, node: this, def, build: (work) => buildStation(work, 'surface_validate') });
  }
  RED.nodes.registerType('badblocks-run', BadblocksRun);
}
