import assert from 'node:assert/strict';

import type { DriveIdentity } from '../../dist/lib/core/drive.js';
import { matchTruenasRow } from '../../dist/lib/core/judge-truenas-identity.js';
import { compareSerials, isOtherWwn, isSameWwn } from '../../dist/lib/core/match-truenas.js';
import { inventoryOf, problemOf, sizeBytes, valueOf } from './truenas-samples.mts';

describe('matchTruenasRow', () => {
  const disks = inventoryOf('25.10').disks ?? [];

  it('finds the row of a drive by its serial, size and WWN, whatever its name', () => {
    const row = matchTruenasRow({ serial: 'ZL2ABC12', wwn: null, sizeBytes }, disks);
    assert.equal(valueOf(row).name, 'sdf');
  });

  it('finds none where anything speaks against it', () => {
    const problem = (changes: Partial<DriveIdentity>) =>
      problemOf(matchTruenasRow({ serial: 'ZL2ABC12', wwn: null, sizeBytes, ...changes }, disks));
    assert.equal(problem({ sizeBytes: 1 }), `TrueNAS says ${sizeBytes} bytes, the host 1`);
    assert.equal(problem({ serial: 'ZL9NEW01' }), 'TrueNAS does not know it');
    const nameless = disks.map((disk) => ({ ...disk, serial: null }));
    const other = { serial: 'ZL9NEW01', wwn: '0x5000c500d1e2f3a4', sizeBytes };
    assert.equal(
      problemOf(matchTruenasRow(other, nameless)),
      'TrueNAS knows its WWN with another serial number, none',
    );
  });
});

describe('Serials and world wide names', () => {
  it('compare as people write them', () => {
    assert.equal(compareSerials(' zl2abc12', 'ZL2ABC12 '), 'same');
    assert.equal(compareSerials('ZL2ABC', 'ZL2ABC12'), 'prefix');
    assert.equal(compareSerials('ZL2ABC12', 'ZL2ABC'), 'prefix');
    assert.equal(compareSerials('ZL2AB', 'ZL2ABC12'), 'different');
    assert.equal(compareSerials('', ''), 'different');
    assert.equal(compareSerials(null, 'ZL2ABC12'), 'different');
  });

  it('decide nothing where one of them is missing, zero or of another kind', () => {
    const naa = '0x5000c500d1e2f3a4';
    for (const other of [null, '', '0x0000000000000000', 'nvme.144d-5335', 't10.ATA', '5000']) {
      assert.deepEqual([isOtherWwn(naa, other), isSameWwn(other, naa)], [false, false], String(other));
    }
    for (const same of [
      '5000C500D1E2F3A4',
      'naa.5000c500d1e2f3a4',
      'eui.5000c500d1e2f3a4',
      `${naa}0011223344556677`,
    ]) {
      assert.deepEqual([isOtherWwn(naa, same), isSameWwn(same, naa)], [false, true], same);
    }
    assert.equal(isOtherWwn(naa, '5000c500d1e2f3a5'), true);
  });
});
