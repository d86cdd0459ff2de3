import assert from 'node:assert/strict';

const limit = 20_000;

/**
 * What holds for every value that a parser made: no number that is none, shares within 0 to 100, and serial numbers are
 * text. Looks at so many values and no more.
 */
export function checkMade(value: unknown): void {
  const open: [string, unknown][] = [['value', value]];
  for (let seen = 0; seen < limit; seen += 1) {
    const entry = open.pop();
    if (entry === undefined) return;
    const [key, item] = entry;
    checkOne(key, item);
    // What smartctl printed is passed on as it is, and judged by whoever reads it.
    if (typeof item !== 'object' || item === null || key === 'json') continue;
    for (const member of Object.entries(item)) open.push(member);
  }
}

function checkOne(key: string, item: unknown): void {
  if (typeof item === 'number') {
    assert.ok(Number.isFinite(item), `${key} is ${item}`);
    if (/percent/i.test(key) && key !== 'percentageUsed')
      assert.ok(item >= 0 && item <= 100, `${key} is ${item}`);
    if (/(Count|Bytes|Ms|S|pid)$/.test(key)) assert.ok(item >= 0, `${key} is ${item}`);
  }
  if (key === 'serial') assert.ok(typeof item === 'string' || item === null, `serial is a ${typeof item}`);
}

/** A result that says how it went, and nothing else. */
export function checkReading(reading: { readonly ok: boolean; readonly problem?: unknown }): void {
  if (reading.ok) return;
  assert.equal(typeof reading.problem, 'string');
  assert.notEqual(reading.problem, '');
}
