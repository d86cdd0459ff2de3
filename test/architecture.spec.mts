import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readImports, roomOf, targetOf } from './imports.mts';
import type { Import, Source } from './imports.mts';

const root = path.resolve(import.meta.dirname, '..');

/** The arrows of the design: from a room to those it may import from, besides itself. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  store: ['core'],
  nas: ['core'],
  mqtt: ['core'],
  notify: ['core'],
  demo: ['core', 'nas'],
  burnin: ['core', 'store', 'nas', 'mqtt', 'notify', 'demo'],
  nodes: ['core', 'burnin'],
};

/** The one file that opens what is real: the store, the shell, the clients. */
const opener = 'lib/burnin/open-burnin.ts';
const outside = ['store', 'nas', 'mqtt', 'notify', 'demo'];

function listSources(): readonly Source[] {
  const files = globSync(['lib/**/*.ts', 'nodes/**/*.ts'], { cwd: root });
  return files.map((file) => ({
    file: file.split(path.sep).join('/'),
    text: readFileSync(path.join(root, file), 'utf8'),
  }));
}

/** Every forbidden import, as `file imports what: why`. */
function listForbidden(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) =>
    readImports(source).flatMap((entry) => {
      const why = judge(source, entry);
      return why === null ? [] : [`${source.file} imports ${entry.specifier}: ${why}`];
    }),
  );
}

/** Circles of files that import each other, as `a -> b -> a`. */
function listCircles(sources: readonly Source[]): readonly string[] {
  const edges = new Map(
    sources.map((source) => {
      const targets = readImports(source).map(({ specifier }) => targetOf(source, specifier));
      return [source.file, targets.flatMap((target) => ('file' in target ? `${target.file}.ts` : []))];
    }),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    else if (!done.has(file)) {
      for (const next of edges.get(file) ?? []) walk(next, [...way, file]);
      done.add(file);
    }
  };
  for (const { file } of sources) walk(file, []);
  return circles;
}

function judge(source: Source, entry: Import): string | null {
  const target = targetOf(source, entry.specifier);
  return 'module' in target ? judgeModule(source, target.module) : judgeFile(source, entry, target.file);
}

function judgeModule(source: Source, name: string): string | null {
  if (name === '<computed>') return 'the module must be named by plain text';
  if (roomOf(source.file) === 'core' && name !== 'zod') return 'core imports itself and zod alone';
  if (source.file.startsWith('lib/') && /^(@node-red\/|node-red(4)?(\/|$|-))/.test(name)) {
    return 'lib never imports Node-RED';
  }
  return null;
}

function judgeFile(source: Source, entry: Import, file: string): string | null {
  const room = roomOf(source.file);
  const other = roomOf(file);
  const allowed = arrows[room];
  if (allowed === undefined) return `${room} is not a room of the design`;
  if (other !== room && !allowed.includes(other)) return `no arrow from ${room} to ${other}`;
  const opened = entry.values.filter((name) => name === '*' || name === 'default' || /^open[A-Z]/.test(name));
  if (room === 'burnin' && source.file !== opener && outside.includes(other) && opened.length > 0) {
    return `only ${opener} opens what is outside`;
  }
  return null;
}

describe('the architecture', () => {
  it('has no import that the design does not draw', () => {
    assert.deepEqual(listForbidden(listSources()), []);
  });

  it('has no circle of imports, not even of types', () => {
    assert.deepEqual(listCircles(listSources()), []);
  });

  it('finds the sources and their imports', () => {
    const sources = listSources();
    assert.ok(sources.some((source) => source.file === 'lib/core/job.ts'));
    assert.ok(sources.some((source) => readImports(source).length > 0));
  });
});

describe('the check of the architecture', () => {
  it('catches a circle', () => {
    const file = (name: string, text: string): Source => ({ file: `lib/core/${name}.ts`, text });
    const sources = [
      file('a', "import './b';"),
      file('b', "import type { C } from './c';"),
      file('c', "export * from './b';"),
    ];
    assert.deepEqual(listCircles(sources), ['lib/core/b.ts -> lib/core/c.ts -> lib/core/b.ts']);
  });

  const forbidden: readonly [file: string, line: string][] = [
    ['lib/core/a.ts', "import { readFileSync } from 'node:fs';"],
    ['lib/core/a.ts', "import type { Server } from 'node:net';"],
    ['lib/core/a.ts', "import { openStore } from '../store/open-store';"],
    ['lib/core/a.ts', "import type { Shell } from '../nas/shell';"],
    ['lib/core/a.ts', "export * from '../burnin/burnin';"],
    ['lib/core/a.ts', "export const a = (): import('../nas/shell').Shell | null => null;"],
    ['lib/core/deep/a.ts', "import '../../mqtt/topics';"],
    ['lib/store/a.ts', "import { a } from '../nas/shell';"],
    ['lib/nas/a.ts', "import { a } from '../store/rows';"],
    ['lib/mqtt/a.ts', "import type { Burnin } from '../burnin/burnin';"],
    ['lib/notify/a.ts', "const a = await import('../mqtt/topics');"],
    ['lib/demo/a.ts', "import a = require('../store/rows');"],
    ['lib/demo/a.ts', "const a = require('../burnin/burnin');"],
    ['lib/burnin/a.ts', "import { b } from '../../nodes/report';"],
    ['lib/burnin/a.ts', "import type { NodeAPI } from 'node-red';"],
    ['lib/burnin/a.ts', "import { util } from '@node-red/util';"],
    ['lib/burnin/a.ts', 'const a = await import(name);'],
    ['lib/burnin/a.ts', "import { openStore } from '../store/open-store';"],
    ['lib/burnin/a.ts', "import { openStore as b } from '../store/open-store';"],
    ['lib/burnin/a.ts', "export { openShell } from '../nas/open-shell';"],
    ['lib/burnin/a.ts', "import * as shell from '../nas/open-shell';"],
    ['lib/burnin/stages/a.ts', "import { openMailer } from '../../notify/open-mailer';"],
    ['lib/attic/a.ts', "import { a } from '../core/job';"],
    ['nodes/a.ts', "import { openStore } from '../lib/store/open-store';"],
    ['nodes/a.ts', "import type { Shell } from '../lib/nas/shell';"],
    ['nodes/a.ts', "import { start } from '../flows/start';"],
  ];
  for (const [file, text] of forbidden) {
    it(`catches in ${file}: ${text}`, () => {
      assert.equal(listForbidden([{ file, text }]).length, 1);
    });
  }

  const allowed: readonly [file: string, line: string][] = [
    ['lib/core/a.ts', "import { z } from 'zod';"],
    ['lib/core/a.ts', "import { b } from './job';"],
    ['lib/core/a.ts', "// import { b } from '../nas/shell';\nexport const text = \"import '../nas/shell'\";"],
    ['lib/nas/a.ts', "import { Client } from 'ssh2';\nimport { b } from '../core/job';"],
    ['lib/nas/a.ts', "import { openShell } from './open-shell';"],
    ['lib/burnin/open-burnin.ts', "import { openStore } from '../store/open-store';"],
    ['lib/burnin/a.ts', "import type { openStore, Store } from '../store/open-store';"],
    ['lib/burnin/a.ts', "import { type openShell, isShell } from '../nas/open-shell';"],
    ['lib/burnin/a.ts', "import { topicOf } from '../mqtt/topics';"],
    ['nodes/a.ts', "import type { NodeAPI } from 'node-red';\nimport { b } from '../lib/burnin/burnin';"],
  ];
  for (const [file, text] of allowed) {
    it(`lets pass in ${file}: ${text.replaceAll('\n', ' ')}`, () => {
      assert.deepEqual(listForbidden([{ file, text }]), []);
    });
  }
});
