// Figures as ratios, measured side by side in one run. Those of the drive need root and loop devices.
import { buildTable, type Figure } from './figures.mts';
import { compareDrives } from './drives.mts';
import { countFuzz } from './fuzz.mts';
import { compareStore } from './store.mts';
import { findObstacle } from '../test/support/need-root.mts';

const figures: Figure[] = await compareStore();
const obstacle = findObstacle();
if (obstacle === null) figures.push(...(await compareDrives()));
else process.stderr.write(`without the figures of drives: ${obstacle}\n`);
process.stdout.write(`${buildTable(figures)}\n\n${countFuzz()}\n`);
process.exit(0);
