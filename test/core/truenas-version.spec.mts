import assert from 'node:assert/strict';
import {
  hasDiskDetails,
  hasJsonRpc,
  hasRest,
  hasScram,
  hasSmartAbort,
  hasSmartApi,
  hasTemperatureThresholds,
  isLinux,
  isSudoDetachUnsafe,
  readTruenasVersion,
} from '../../dist/lib/core/truenas-version.js';

function read(text: string) {
  const version = readTruenasVersion(text);
  assert.ok(version !== null, text);
  return version;
}

describe('readTruenasVersion', () => {
  const known: readonly (readonly [string, string, number, number, string])[] = [
    ['TrueNAS-13.0-U6.8', 'core', 13, 0, 'release'],
    ['TrueNAS-13.3-U1.2', 'core', 13, 3, 'release'],
    ['TrueNAS-13.3-RELEASE', 'core', 13, 3, 'release'],
    ['TrueNAS-13.0-BETA1', 'core', 13, 0, 'preview'],
    ['TrueNAS-SCALE-24.10.2.4', 'scale', 24, 10, 'release'],
    ['TrueNAS-SCALE-24.10-RC.2', 'scale', 24, 10, 'preview'],
    ['TrueNAS-SCALE-22.02.4', 'scale', 22, 2, 'release'],
    ['TrueNAS-25.10.6', 'scale', 25, 10, 'release'],
    ['TrueNAS-25.04.2.6', 'scale', 25, 4, 'release'],
    ['TrueNAS-26.0.0-BETA.3', 'scale', 26, 0, 'preview'],
    ['TrueNAS-26.04.0-MASTER-20251103-015443', 'scale', 26, 4, 'nightly'],
    ['TrueNAS-13.0-MASTER-202208190612', 'core', 13, 0, 'nightly'],
    ['TrueNAS-SCALE-24.10-MASTER', 'scale', 24, 10, 'nightly'],
  ];
  for (const [text, family, major, minor, train] of known) {
    it(`knows ${text}`, () => {
      assert.deepEqual(readTruenasVersion(`${text}\n`), { text, family, major, minor, train });
    });
  }

  const unknown = [
    '',
    'TrueNAS',
    'FreeNAS-11.3-U5',
    '25.10.6',
    'TrueNAS-SCALE-13.0',
    'TrueNAS-14.0',
    'TrueNAS-24.10.2',
    'TrueNAS-25.10-U1',
    'TrueNAS-25.10.6-SPECIAL',
    'TrueNAS-25.10.6 and more',
    'TrueNAS-MASTER-20251103',
    `TrueNAS-25.${'1'.repeat(1000)}`,
  ];
  for (const text of unknown) {
    it(`does not guess what "${text.slice(0, 30)}" is`, () => assert.equal(readTruenasVersion(text), null));
  }
});

describe('The capabilities of a release', () => {
  const core = read('TrueNAS-13.3-U1.2');
  const cobia = read('TrueNAS-SCALE-23.10.2');
  const eel = read('TrueNAS-SCALE-24.10.2.4');
  const fangtooth = read('TrueNAS-25.04.2.6');
  const goldeye = read('TrueNAS-25.10.6');
  const next = read('TrueNAS-26.0.0-BETA.3');
  const all = [core, cobia, eel, fangtooth, goldeye, next];
  const rows: readonly (readonly [string, (version: typeof core) => boolean, string])[] = [
    ['isLinux', isLinux, 'nyyyyy'],
    ['hasJsonRpc', hasJsonRpc, 'nnnyyy'],
    ['hasDiskDetails', hasDiskDetails, 'nnyyyy'],
    ['hasTemperatureThresholds', hasTemperatureThresholds, 'nnnnyy'],
    ['hasSmartApi', hasSmartApi, 'ynyynn'],
    ['hasSmartAbort', hasSmartAbort, 'nnyynn'],
    ['hasRest', hasRest, 'yyyyyn'],
    ['hasScram', hasScram, 'nnnnny'],
    ['isSudoDetachUnsafe', (v) => isSudoDetachUnsafe(v, { isRoot: false, isEnterprise: false }), 'nnyyyn'],
    [
      'isSudoDetachUnsafe, Enterprise',
      (v) => isSudoDetachUnsafe(v, { isRoot: false, isEnterprise: true }),
      'nnyyyy',
    ],
    [
      'isSudoDetachUnsafe, root',
      (v) => isSudoDetachUnsafe(v, { isRoot: true, isEnterprise: true }),
      'nnnnnn',
    ],
  ];
  for (const [name, flag, expected] of rows) {
    it(`are as in the table: ${name} on 13.3, 23.10, 24.10, 25.04, 25.10 and 26 is ${expected}`, () => {
      assert.equal(all.map((version) => (flag(version) ? 'y' : 'n')).join(''), expected);
    });
  }
});
