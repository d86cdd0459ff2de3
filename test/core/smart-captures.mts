import { readFileSync } from 'node:fs';
import { readSmart } from '../../dist/lib/core/read-smart.js';
import type { SmartFacts, SmartLook } from '../../lib/core/smart.ts';

const folder = new URL('../fixtures/smartctl/', import.meta.url);

/** A capture of the real tool, parsed. */
export function readCapture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
}

/** A capture as the rules see it. */
export function lookAt(name: string): SmartLook {
  return readSmart({ kind: 'read', json: readCapture(name) });
}

/** The facts of a capture that holds data, with some of them replaced. */
export function factsOf(name: string, changes: Partial<SmartFacts> = {}): SmartFacts {
  const look = lookAt(name);
  if (look.kind !== 'read') throw new Error(`${name} holds no data`);
  return { ...look.facts, ...changes };
}

/** A reading made of a capture's facts, with some of them replaced. */
export function lookWith(name: string, changes: Partial<SmartFacts>): SmartLook {
  return { kind: 'read', facts: factsOf(name, changes) };
}
