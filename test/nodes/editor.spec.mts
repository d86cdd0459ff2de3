import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { controllerFields } from '../../dist/lib/core/read-controller-config.js';
import { stageKinds } from '../../dist/lib/core/job.js';

interface Definition {
  category: string;
  defaults: Record<string, object>;
  credentials?: Record<string, object>;
  inputs?: number;
  outputs?: number;
  icon: string;
  outputLabels?(index: number): string;
  inputLabels?(): string;
  label(): string;
}

const dist = path.resolve(import.meta.dirname, '../../dist/nodes');
const root = path.resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  'node-red': { nodes: Record<string, string> };
};
const types = Object.keys(manifest['node-red'].nodes);
const html = (type: string) => readFileSync(path.join(dist, `${type}.html`), 'utf8');
const help = (type: string) =>
  new RegExp(`<script type="text/markdown" data-help-name="${type}">([^]*?)</script>`).exec(
    html(type),
  )?.[1] ?? '';
const catalogue = (type: string) =>
  JSON.parse(readFileSync(path.join(dist, 'locales/en-US', `${type}.json`), 'utf8')) as object;

/** The text of a key such as `report.output.0`. */
function translate(type: string, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], catalogue(type));
}

function register(type: string): Definition {
  const script = /<script type="text\/javascript">([^]*?)<\/script>/.exec(html(type))?.[1] ?? '';
  const found = new Map<string, Definition>();
  const validators = { number: () => () => true };
  const registerType = (name: string, definition: Definition) => found.set(name, definition);
  vm.runInNewContext(script, { RED: { nodes: { registerType }, validators } });
  const definition = found.get(type);
  assert.ok(definition, `${type} is not registered`);
  assert.equal(found.size, 1);
  return definition;
}

for (const type of types) {
  describe(`the editor half of ${type}`, () => {
    it('registers the type with an icon that exists, in its own category', () => {
      const { category, icon } = register(type);
      assert.equal(category, type === 'burnin-controller' ? 'config' : 'drive_burn_in');
      assert.ok(existsSync(path.join(dist, 'icons', icon)), icon);
    });

    it('has a field for every property and every secret', () => {
      const { defaults, credentials = {} } = register(type);
      const prefix = type === 'burnin-controller' ? 'node-config-input' : 'node-input';
      for (const property of [...Object.keys(defaults), ...Object.keys(credentials)]) {
        assert.ok(html(type).includes(`id="${prefix}-${property}"`), property);
      }
    });

    it('uses no text that its catalogue does not have', () => {
      const keys = [...html(type).matchAll(/data-i18n="([^"[]*)"/g)].map((match) => match[1] ?? '');
      for (const key of keys.filter((key) => !key.startsWith('node-red:'))) {
        assert.equal(typeof translate(type, key), 'string', key);
      }
    });

    it('labels and explains each input and output', () => {
      const { inputs, outputs, inputLabels, outputLabels } = register(type);
      const text = help(type);
      assert.ok(text.trim().length > 200);
      if (inputs === undefined || outputs === undefined) return;
      const translator = { _: (key: string) => translate(type, key) };
      assert.equal(typeof inputLabels?.call(translator), 'string');
      assert.match(text, /### Inputs/);
      const described = /### Outputs([^]*?)(?:###|$)/.exec(text)?.[1] ?? '';
      for (let index = 0; index < outputs; index++) {
        assert.equal(typeof outputLabels?.call(translator, index), 'string', `output ${index}`);
        assert.match(described, new RegExp(`^${index + 1}\\. `, 'm'));
      }
    });

    it('gives itself a label before it has a name', () => {
      const { label } = register(type);
      const translator = { _: (key: string) => translate(type, key), stage: 'precheck' };
      assert.ok(label.call(translator).length > 0);
    });
  });
}

describe('the dialogs', () => {
  it('of the controller offer every field that the runtime reads, and name its variable', () => {
    const { defaults, credentials = {} } = register('burnin-controller');
    const offered = [...Object.keys(defaults), ...Object.keys(credentials)].filter((name) => name !== 'name');
    assert.deepEqual(offered.toSorted(), Object.keys(controllerFields).toSorted());
    for (const [field, { variable, label }] of Object.entries(controllerFields)) {
      const input = new RegExp(`id="node-config-input-${field}" placeholder="${variable}\\b`);
      assert.match(html('burnin-controller'), input);
      assert.ok(label.length > 0);
    }
  });

  it('keep every secret among the credentials', () => {
    const { defaults } = register('burnin-controller');
    for (const secret of ['sshPassword', 'mqttPassword', 'smtpUrl', 'webhookUrl'])
      assert.ok(!(secret in defaults));
  });

  it('of the stage offer every stage but the one that has its own node', () => {
    const offered = [...html('burnin-stage').matchAll(/<option value="(\w+)"/g)].map((match) => match[1]);
    assert.deepEqual(
      offered,
      stageKinds.filter((kind) => kind !== 'surface_validate'),
    );
  });
});
