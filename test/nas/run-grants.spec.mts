import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import { isInstalled } from '../support/need-root.mts';
import { claiming, unclaimed } from '../support/holders.mts';

const script = `. lib/nas/run-grants.sh
NEWLINE='
' WWN=- GRANTS=
read_grants "holder $1"
is_granted holder "$1" && echo yes || echo no`;

describe('The grants of a start', () => {
  for (const interpreter of ['dash', 'busybox'] as const) {
    const title = `override the same holders as the phrases do, under ${interpreter}`;
    if (!isInstalled(interpreter)) {
      it.skip(`${title}: it is not installed`);
      continue;
    }
    it(title, () => {
      const command = interpreter === 'dash' ? ['dash'] : ['busybox', 'sh'];
      const ask = (holder: string) =>
        execFileSync(command[0] ?? '', [...command.slice(1), '-c', script, 'sh', holder], {
          encoding: 'utf8',
        }).trim();
      for (const holder of unclaimed) assert.equal(ask(holder), 'no', holder);
      for (const holder of claiming) assert.equal(ask(holder), 'yes', holder);
    });
  }
});
