import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** A real browser with a profile of its own. */
export interface Browser {
  readonly page: Page;
  /** Errors on the console, exceptions and answers of 400 and above, in order. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Skips the running suite, saying why, where Chromium is not installed. Under CI that is an error. */
export function needBrowser(context: Mocha.Context): void {
  if (existsSync(executablePath)) return;
  if (process.env['CI'] !== undefined)
    throw new Error(`${executablePath} is missing, and CI must not skip its tests`);
  process.stdout.write(`      SKIPPED: ${executablePath} is missing, so nothing was seen in a browser\n`);
  context.skip();
}

export async function openBrowser(viewport = { width: 1600, height: 1000 }): Promise<Browser> {
  const profile = mkdtempSync(path.join(tmpdir(), 'burnin-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    page,
    problems: watchProblems(context),
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

function watchProblems(context: BrowserContext): readonly string[] {
  const problems: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => problems.push(`exception: ${error.error().message}`));
  context.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  return problems;
}

/** Opens Node-RED's editor and waits until the flow is drawn. */
export async function openEditor(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('.red-ui-flow-node-group, .red-ui-flow-node').first().waitFor();
  await page.locator('#red-ui-palette .red-ui-palette-node').first().waitFor();
}

/** A node as the editor keeps it. */
export interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
}

/** What the tests use of `RED`, the editor's own script in the page: `declare const RED: EditorApi`. */
export interface EditorApi {
  readonly nodes: {
    filterNodes(filter: { type?: string }): EditorNode[];
    node(id: string): EditorNode | null;
    dirty(): boolean;
  };
  readonly editor: {
    edit(node: EditorNode | null): void;
    editConfig(name: string, type: string, id: string): void;
  };
  readonly sidebar: { readonly help: { show(type: string): void } };
  readonly actions: { invoke(name: string): void };
}

/** Text of the badge below a node, empty without one. */
export async function readBadge(page: Page, nodeId: string): Promise<string> {
  const badge = page.locator(`[id="${nodeId}"] .red-ui-flow-node-status-label`);
  return (await badge.count()) === 0 ? '' : ((await badge.first().textContent()) ?? '');
}
