import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { controllerFields } from '../../dist/lib/core/read-controller-config.js';
import {
  needBrowser,
  openBrowser,
  openEditor,
  readBadge,
  type Browser,
  type EditorApi,
} from '../support/browser.mts';
import { codesOf } from '../support/mqtt-user.mts';
import type { FlowNode } from '../support/node-red-process.mts';
import { Product } from '../support/product.mts';
import { until } from '../support/until.mts';

/** In the page. */
declare const RED: EditorApi;

const root = path.resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  name: string;
  'node-red': { nodes: Record<string, string> };
};
const types = Object.keys(manifest['node-red'].nodes);
const palette = types.filter((type) => type !== 'burnin-controller');
const shown = 'ZR5A1K7Q';

describe('the editor in a real browser', function () {
  this.timeout(60_000);
  let product: Product;
  let browser: Browser;
  let page: Page;
  let flow: readonly FlowNode[];
  const idOf = (name: string) => flow.find((node) => node['name'] === name)?.id ?? '';
  const badge = (name: string) => readBadge(page, idOf(name));

  before(async function () {
    needBrowser(this);
    [product, browser] = await Promise.all([Product.open(), openBrowser({ width: 2100, height: 800 })]);
    ends.push(browser.close, () => product.close());
    ({ page } = browser);
    page.on('dialog', (dialog) => void dialog.accept());
    flow = await product.red.readFlow();
    await openEditor(page, product.url);
  });
  afterEach(() => {
    assert.deepEqual(browser.problems, [], 'the console is clean');
  });
  const ends: (() => Promise<void>)[] = [];
  after(async () => {
    for (const end of ends) await end();
  });

  it('shows every node of the bundled flow, and knows each', async () => {
    const drawn = flow.filter((node) => node['wires'] !== undefined && node.type !== 'junction');
    for (const { id, type } of drawn) assert.equal(await page.locator(`[id="${id}"]`).count(), 1, type);
    assert.equal(await page.locator('.red-ui-flow-node-error:not(.hide)').count(), 0, 'no red triangles');
    assert.equal(await page.evaluate(() => RED.nodes.dirty()), false);
  });

  it('lays it out so that no node and no badge covers another', async () => {
    const nodes = await Promise.all(
      (await page.locator('.red-ui-flow-node-group').all()).map(async (node) => ({
        name: await node.locator('.red-ui-flow-node-label').first().textContent(),
        box: await boxOf(node.locator('> rect.red-ui-flow-node')),
        badge: await boxOf(node.locator('.red-ui-flow-node-status-group')),
      })),
    );
    assert.ok(nodes.length > 15);
    for (const one of nodes) {
      for (const other of nodes) {
        if (one === other) continue;
        assert.ok(!overlap(one.box, other.box), `${String(one.name)} and ${String(other.name)}`);
        assert.ok(!overlap(one.badge, other.box), `badge of ${String(one.name)} and ${String(other.name)}`);
      }
    }
  });

  it('has its nodes in a category of their own, each with its icon', async () => {
    for (const type of palette) {
      const entry = page.locator(`#red-ui-palette-container-drive_burn_in [data-palette-type="${type}"]`);
      assert.equal(await entry.count(), 1, type);
      const icon = await entry.locator('[data-palette-icon]').getAttribute('data-palette-icon');
      assert.equal(icon, `icons/${manifest.name}/${type}.svg`);
      const answer = await fetch(`${product.url}${icon}`);
      assert.equal(answer.headers.get('content-type'), 'image/svg+xml', type);
      assert.match(await answer.text(), /^<svg/);
    }
  });

  for (const type of types) {
    it(`renders the help of ${type}`, async () => {
      await page.evaluate((of) => RED.sidebar.help.show(of), type);
      const help = page.locator('.red-ui-help').last();
      await until(`the help of ${type}`, async () => (await help.innerText()).length > 200);
      const text = await help.innerText();
      assert.doesNotMatch(text, /^#|^:|\*\*|`|\[object/m, 'no Markdown is left over');
      for (const said of readDescriptions(type)) assert.ok(text.includes(said), said);
      if (type !== 'burnin-controller') assert.match(text, /Inputs[^]*Outputs[^]*Details/i);
      assert.ok((await help.locator('h3, dl, ol, table').count()) > 0);
    });
  }

  for (const type of palette) {
    it(`opens the dialog of ${type}, and Done changes nothing`, async () => {
      await page.evaluate((of) => RED.editor.edit(RED.nodes.filterNodes({ type: of })[0] ?? null), type);
      await closeDialog(page, '#dialog-form', '#node-dialog-ok');
      assert.equal(await page.evaluate(() => RED.nodes.dirty()), false);
    });
  }

  it('opens the dialog of burnin-controller with a field for each setting, and Done changes nothing', async () => {
    const controller = flow.find((node) => node.type === 'burnin-controller');
    assert.ok(controller);
    await page.evaluate((id) => RED.editor.editConfig('controller', 'burnin-controller', id), controller.id);
    for (const field of Object.keys(controllerFields))
      await page.locator(`#node-config-input-${field}`).waitFor();
    // Node-RED itself takes blank credentials that were never stored for a change.
    await closeDialog(page, '#node-config-dialog-edit-form', '#node-config-dialog-ok');
    await page.reload();
    await openEditor(page, product.url);
  });

  it('shows on the badges how a drive is doing', async () => {
    const { user } = product;
    const untilBadge = (name: string, wanted: RegExp) => {
      let seen = '';
      const isSeen = async () => wanted.test((seen = await badge(name))) && seen;
      return until(() => `${String(wanted)} at ${name}, not ${seen}`, isSeen, 30_000);
    };
    await untilBadge('drive poll', /^22 drives$/);
    assert.deepEqual([await badge('drive lock'), await badge('report')], ['idle', 'waiting']);
    await page.locator(`[id="${idOf('start a rehearsal drive')}"] .red-ui-flow-node-button-button`).click();
    await untilBadge('drive lock', /^1 run, 0 wait$/);
    await untilBadge('precheck', /^passed$/);
    await untilBadge('badblocks run', /^\d+% write_aa$/);
    const later = await untilBadge('badblocks run', /^\d+% verify_aa$/);
    assert.ok(Number.parseInt(later, 10) >= 12, later);
    await savePicture(page);
    assert.deepEqual(codesOf(await user.cancel(shown)), ['ok']);
    await untilBadge('badblocks run', /^cancelled$/);
    await untilBadge('drive lock', /^idle$/);
    await untilBadge('report', /^reported$/);
  });
});

/** What the help says about each field: `: name (type) : description`. */
function readDescriptions(type: string): string[] {
  const html = readFileSync(path.join(root, `dist/nodes/${type}.html`), 'utf8');
  const help = /<script type="text\/markdown"[^>]*>([^]*?)<\/script>/.exec(html)?.[1] ?? '';
  const lines = [...help.matchAll(/^: .*?\) *: (.*)$/gm)];
  return lines.map(([, said = '']) => said.replaceAll(/[`*]/g, ''));
}

async function closeDialog(page: Page, form: string, done: string): Promise<void> {
  const fields = page.locator(`${form} .form-row`);
  await fields.first().waitFor();
  const labels = await fields.locator('label').allInnerTexts();
  assert.ok(labels.length > 0);
  // A key without a text would be shown as itself.
  for (const label of labels) assert.doesNotMatch(label, /^\s*[\w-]+\.[\w.-]+\s*$/);
  await page.locator(done).click();
  await page.locator('.red-ui-tray').waitFor({ state: 'detached' });
}

type Box = Awaited<ReturnType<Locator['boundingBox']>>;

async function boxOf(locator: Locator): Promise<Box> {
  return (await locator.count()) === 0 ? null : locator.first().boundingBox();
}

function overlap(a: Box, b: Box): boolean {
  if (a === null || b === null) return false;
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The picture of the README, taken anew with `BURNIN_PICTURE=docs/flow.png`. */
async function savePicture(page: Page): Promise<void> {
  const file = process.env['BURNIN_PICTURE'];
  if (file === undefined) return;
  const workspace = await page.locator('#red-ui-workspace-chart').boundingBox();
  assert.ok(workspace);
  const clip = { x: workspace.x, y: workspace.y, width: 1475, height: 520 };
  await page.screenshot({ path: file, clip });
}
