import assert from 'node:assert/strict';
import {
  buildConfirmationSpec,
  buildSurfaceSpec,
  nextBlockBytes,
  nextDeadlineS,
  planConfirmation,
} from '../../dist/lib/core/plan-surface.js';

const TB = 1e12;
const specOf = (sizeBytes: number, sector = 4096) => {
  const spec = buildSurfaceSpec(sizeBytes, sector);
  assert.ok(spec);
  return spec;
};

describe('nextBlockBytes', () => {
  const cases: [string, number, number, number | null][] = [
    ['64 MiB', 64 * 2 ** 20, 512, 4096],
    ['8 TB', 8_001_563_222_016, 4096, 4096],
    ['16 TB, beyond half of the 32-bit block numbers at 4096', 16_000_900_661_248, 512, 8192],
    ['18 TB, refused by badblocks at 4096', 18_000_207_937_536, 4096, 16384],
    ['36 TB, refused by badblocks at 8192', 36_000 * 2 ** 30, 4096, 32768],
    ['a sector of 16 KiB', 8 * 2 ** 40, 16384, 16384],
    ['no size', 0, 512, null],
    ['less than one block', 2048, 512, null],
    ['beyond 140 TB', 200 * TB, 4096, null],
    ['a sector larger than any block', TB, 1 << 20, null],
  ];
  for (const [name, size, sector, expected] of cases) {
    it(`takes ${expected ?? 'nothing'} for ${name}`, () =>
      assert.equal(nextBlockBytes(size, sector), expected));
  }

  it('takes a larger block where only that divides the drive, and the smallest safe one where none does', () => {
    assert.equal(nextBlockBytes(2 ** 43 + 8192, 4096), 8192);
    assert.equal(nextBlockBytes(64 * 2 ** 20 + 512, 512), 4096);
  });

  it('keeps far away from 2^32 blocks for every size up to 140 TB, where ranges wrap and write elsewhere', () => {
    for (let size = 2 ** 30; size < 140 * TB; size = Math.ceil((size * 1.07) / 4096) * 4096) {
      const bytes = nextBlockBytes(size, 4096);
      assert.ok(bytes !== null && size / bytes <= 2 ** 31, `${size}`);
    }
  });
});

describe('buildSurfaceSpec', () => {
  it('tests the whole drive with the four patterns in requests of 4 MiB and an error limit', () => {
    const spec = specOf(18_000_207_937_536);
    assert.deepEqual(spec.patterns, ['0xaa', '0x55', '0xff', '0x00']);
    assert.equal(spec.blockBytes * spec.blocksPerRequest, 4 * 2 ** 20);
    assert.deepEqual([spec.mode, spec.range, spec.errorLimit], ['write', null, 64]);
    assert.equal(buildSurfaceSpec(0, 512), null);
  });
});

describe('planConfirmation', () => {
  const spec = { ...specOf(64 * 2 ** 20), blocksPerRequest: 64 };
  const plan = (...reported: number[]) => planConfirmation(reported, spec, 64 * 2 ** 20);

  it('reaches two requests below a listed block, where the true one lies', () => {
    assert.deepEqual(plan(5064), [{ first: 4936, last: 5064 }]);
  });

  it('stays within the drive, also for the number 8255 of a drive of 8192 blocks', () => {
    assert.deepEqual(planConfirmation([8255], spec, 8192 * 4096), [{ first: 8063, last: 8191 }]);
    assert.deepEqual(plan(3), [{ first: 0, last: 3 }]);
  });

  it('joins places that touch, in any order, and takes at most sixteen', () => {
    assert.deepEqual(plan(9002, 3000, 9000, 3064), [
      { first: 2872, last: 3064 },
      { first: 8872, last: 9002 },
    ]);
    assert.equal(plan(...Array.from({ length: 40 }, (_, index) => index * 400)).length, 16);
    assert.deepEqual(plan(), []);
  });

  it('writes a pattern that no earlier pass wrote, and counts every block of the place if it must', () => {
    const write = buildConfirmationSpec(spec, 'write', { first: 10, last: 19 });
    assert.equal(specOf(TB).patterns.includes(write.patterns[0] ?? ''), false);
    assert.deepEqual([write.mode, write.errorLimit, write.range], ['write', 20, { first: 10, last: 19 }]);
  });
});

describe('nextDeadlineS', () => {
  it('gives a slow drive its eight passes and a day', () => {
    assert.equal(nextDeadlineS(specOf(20 * TB), 20 * TB), 8 * 1_000_000 + 86_400);
  });

  it('counts the range and the one pass of a compare', () => {
    const spec = buildConfirmationSpec(specOf(20 * TB), 'compare', { first: 0, last: 0 });
    assert.equal(nextDeadlineS(spec, 20 * TB), 86_401);
  });
});
