import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readPlan, type NodeConfig } from '../../dist/lib/core/read-plan.js';

const root = path.resolve(import.meta.dirname, '../..');
const files = globSync(['flows/*.json', 'examples/*.json'], { cwd: root }).toSorted();
const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as NodeConfig[];
const examples = files.filter((file) => file.startsWith('examples'));
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  'node-red': { nodes: Record<string, string> };
};

for (const file of files) {
  describe(file, () => {
    const nodes = read(file);
    const ids = new Set(nodes.map((node) => node.id));

    it('has long ids, each once, and no wire to nowhere', () => {
      assert.equal(ids.size, nodes.length);
      for (const { id, wires = [], links = [] } of nodes) {
        assert.match(id, /^[0-9a-f]{16}$/);
        for (const target of [wires, links].flat(2))
          assert.ok(ids.has(String(target)), `${id} → ${String(target)}`);
      }
    });

    it('has no property that equals the id of a config node by chance', () => {
      const configs = nodes
        .filter((node) => node['x'] === undefined && node.type !== 'tab')
        .map(({ id }) => id);
      const references = ['id', 'controller', 'broker'];
      for (const node of nodes) {
        for (const [name, value] of Object.entries(node)) {
          if (!references.includes(name)) assert.ok(!configs.includes(String(value)), `${node.id}.${name}`);
        }
      }
    });

    it('leaves every setting of its controller blank, and holds no secret', () => {
      const controller = nodes.find((node) => node.type === 'burnin-controller');
      assert.ok(controller);
      const { id, type, name, ...fields } = controller;
      assert.deepEqual([...new Set(Object.values(fields))], [''], `${id} ${type} ${String(name)}`);
      assert.ok(nodes.every((node) => !('credentials' in node)));
    });

    it('explains itself in a tab description and a comment', () => {
      const texts = nodes.filter((node) => node.type === 'tab' || node.type === 'comment');
      assert.ok(texts.length >= 2);
      assert.ok(texts.some((node) => node.type === 'comment' && String(node['info']).length > 80));
    });

    it('lays no two nodes on one spot', () => {
      const spots = nodes
        .filter((node) => node['x'] !== undefined)
        .map(({ x, y }) => `${String(x)},${String(y)}`);
      assert.equal(new Set(spots).size, spots.length);
    });
  });
}

describe('the bundled flow', () => {
  const nodes = read('flows/burnin.json');

  it('draws precheck, surface validation and final check', () => {
    const gate = nodes.find((node) => node.type === 'drive-lock');
    assert.deepEqual(readPlan(nodes, gate?.id ?? ''), ['precheck', 'surface_validate', 'final_check']);
  });

  it('leads what is not done back to the gate', () => {
    const report = nodes.find((node) => node.type === 'report');
    const gate = nodes.find((node) => node.type === 'drive-lock');
    const [, [out]] = report?.['wires'] as [string[], [string]];
    const [back] = nodes.find((node) => node.id === out)?.['links'] as [string];
    assert.deepEqual(nodes.find((node) => node.id === back)?.['wires'], [[gate?.id]]);
  });

  it('reads events from whichever broker is used, in a version that each speaks', () => {
    const broker = nodes.find((node) => node.type === 'mqtt-broker');
    assert.ok(broker);
    const { protocolVersion, broker: host, port } = broker;
    assert.deepEqual([protocolVersion, host, port], ['4', '${BURNIN_BROKER_URL}', '1883']);
    assert.equal(nodes.find((node) => node.type === 'mqtt in')?.['topic'], 'burnin/+/drive/+/event');
  });
});

describe('the examples', () => {
  it('are numbered and show every node type', () => {
    const shown = new Set(examples.flatMap(read).map((node) => node.type));
    for (const file of examples) assert.match(path.basename(file), /^\d\d - /);
    for (const type of Object.keys(manifest['node-red'].nodes)) assert.ok(shown.has(type), type);
  });
});
