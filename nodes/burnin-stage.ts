import type { Node, NodeAPI } from 'node-red';
import { RefusedError } from '../lib/core/refusal';
import { readStageKind } from '../lib/core/read-plan';
import { buildBadge } from '../lib/core/build-badge';
import { buildStation } from './rim/station';
import { startWork, type Behaviour, type Work, type WorkDef } from './rim/work';

/** Configuration of a `burnin-stage` node. */
export interface BurninStageDef extends WorkDef {
  /** One of the stage kinds. */
  readonly stage: string;
}

/** The station of any other stage. */
export default function register(RED: NodeAPI): void {
  function BurninStage(this: Node, def: BurninStageDef): void {
    const kind = readStageKind(def.stage);
    startWork({
      RED,
      node: this,
      def,
      build: (work) => (kind === null ? buildNoStage(work) : buildStation(work, kind)),
    });
  }
  RED.nodes.registerType('burnin-stage', BurninStage);
}

/** A node whose stage was not chosen must not let tickets through as if it had run one. */
function buildNoStage(work: Work): Behaviour {
  const show = () => work.badge.show(buildBadge('red', 'ring', 'no stage chosen'));
  return {
    attach: () => {
      show();
      return () => undefined;
    },
    receive: () => {
      throw new RefusedError(
        'stage_unavailable',
        'No stage is chosen in this node. Choose one, then deploy.',
      );
    },
  };
}
