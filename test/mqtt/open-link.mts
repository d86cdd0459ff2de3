import type { MqttSettings } from '../../dist/lib/core/settings.js';
import { openMqttLink, type MqttLink, type MqttLinkOptions } from '../../dist/lib/mqtt/open-mqtt-link.js';
import type { MqttRequest } from '../../dist/lib/mqtt/read-request.js';
import { waitUntil } from '../support/mqtt-watcher.mts';
import { realClock } from './clocks.mts';

/** A link under test with everything it said. */
export interface TestLink extends MqttLink {
  readonly requests: MqttRequest[];
  readonly noise: string[];
  readonly messages: string[];
}

/** Opens a link of NAS `nas1`. */
export function openLink(settings: Partial<MqttSettings>, options: Partial<MqttLinkOptions> = {}): TestLink {
  const requests: MqttRequest[] = [];
  const noise: string[] = [];
  const messages: string[] = [];
  const link = openMqttLink({
    nas: 'nas1',
    clock: realClock,
    settings: { url: null, username: null, password: null, embeddedPort: 0, ...settings },
    onRequest: (request) => requests.push(request),
    onNoise: (text) => noise.push(text),
    ...options,
  });
  link.onChange(() => messages.push(`${link.state}: ${link.message}`));
  return Object.assign(link, { requests, noise, messages });
}

/** Waits until a link is up. */
export async function connected<L extends MqttLink>(link: L): Promise<L> {
  await waitUntil(
    () => link.state === 'connected',
    'a connection',
    () => link.message,
  );
  return link;
}

/** Fails a test run in which anything was rejected without a handler, as Node-RED would end. */
export function watchRejections(): { readonly seen: unknown[]; close(): void } {
  const seen: unknown[] = [];
  const note = (reason: unknown) => seen.push(reason);
  process.on('unhandledRejection', note);
  return { seen, close: () => process.off('unhandledRejection', note) };
}
