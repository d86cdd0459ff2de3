import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  needBrowser,
  openBrowser,
  openEditor,
  readBadge,
  type Browser,
  type EditorApi,
} from '../support/browser.mts';
import type { FlowNode } from '../support/node-red-process.mts';
import { Product } from '../support/product.mts';
import { until } from '../support/until.mts';

/** In the page. */
declare const RED: EditorApi;

const root = path.resolve(import.meta.dirname, '../..');
const examples = globSync('examples/*.json', { cwd: root }).toSorted();
const moduleName = (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { name: string })
  .name;

describe('the examples in a real browser', function () {
  this.timeout(40_000);
  let product: Product;
  let browser: Browser;
  const ends: (() => Promise<void>)[] = [];

  before(async function () {
    needBrowser(this);
    [product, browser] = await Promise.all([Product.open(), openBrowser()]);
    ends.push(browser.close, () => product.close());
    // Leaving without a deploy.
    browser.page.on('dialog', (dialog) => void dialog.accept());
  });
  after(async () => {
    for (const end of ends) await end();
  });

  it('are offered in the import dialog', async () => {
    const answer = await fetch(`${product.url}library/examples/flows/${moduleName}/`);
    assert.deepEqual(
      await answer.json(),
      examples.map((file) => ({ fn: path.basename(file, '.json') })),
    );
  });

  for (const file of examples) {
    const text = readFileSync(path.join(root, file), 'utf8');
    const nodes = JSON.parse(text) as FlowNode[];
    const drawn = nodes.filter((node) => node['wires'] !== undefined && node.type !== 'junction');

    it(`${file} can be imported by pasting it`, async () => {
      const { page } = browser;
      await openEditor(page, product.url);
      await page.evaluate(() => RED.actions.invoke('core:show-import-dialog'));
      const field = page.locator('#red-ui-clipboard-dialog-import-text');
      await field.fill(text);
      // The dialog looks at its text when a key is let go.
      await field.press('Control+End');
      await page.locator('#red-ui-clipboard-dialog-ok').click();
      const tab = nodes.find((node) => node.type === 'tab');
      await page
        .locator(`.red-ui-tab:has-text("${String(tab?.['label'])}")`)
        .first()
        .waitFor();
      const known = await page.evaluate(() => RED.nodes.filterNodes({}).map(({ type }) => type));
      assert.ok(!known.includes('unknown'));
      assert.equal(await page.locator('.red-ui-notification-error').count(), 0);
      assert.deepEqual(browser.problems, []);
    });

    it(`${file} works as it is`, async () => {
      const { page } = browser;
      const seen = product.red.output.length;
      await product.red.deploy('full', nodes);
      await until('the flow to start', () => product.red.output.includes('Started flows', seen));
      await openEditor(page, product.url);
      for (const { id, type } of drawn) assert.equal(await page.locator(`[id="${id}"]`).count(), 1, type);
      assert.equal(await page.locator('.red-ui-flow-node-error:not(.hide)').count(), 0, 'no red triangles');
      const expected = { 'drive-lock': /^idle$/, 'truenas-poll': /^22 drives$/ };
      for (const { id, type } of drawn) {
        const wanted = Object.entries(expected).find(([name]) => name === type)?.[1];
        if (wanted === undefined) continue;
        await until(`${String(wanted)} at ${type}`, async () => wanted.test(await readBadge(page, id)));
      }
      assert.doesNotMatch(product.red.output.slice(seen), /\[error\]|\[warn\]|Waiting for missing/);
      assert.deepEqual(browser.problems, []);
    });
  }
});
