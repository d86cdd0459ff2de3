import { targets } from '../test/fuzz/every-target.mts';
import { readRuns } from '../test/fuzz/target.mts';

/** Feeds every parser thousands of inputs; a table in Markdown of how many. Throws with the first one that breaks any. */
export function countFuzz(): string {
  const runs = readRuns(5_000);
  for (const { run } of targets) run(runs);
  const rows = targets.map(({ covers }) => `| ${covers.map((name) => `\`${name}\``).join(', ')} | ${runs} |`);
  const total = `| all ${targets.length} | ${runs * targets.length} |`;
  return ['| Parser | Inputs without a fault |', '| --- | --: |', ...rows, total].join('\n');
}
