import path from 'node:path';
import { releaseAllBurnins } from '../lib/burnin/shared-burnin';
import { readSettings, type Settings } from '../lib/core/settings';
import type { ProcessLock } from '../lib/store/process-lock';
import { claimData } from './claim-data';
import { checkPort } from './ports';
import { prepareData } from './prepare-data';
import { serve, type Served } from './serve';

/** An orderly end that takes longer is given up; the store and the runs on the NAS survive that. */
const stopTimeoutMs = 10_000;

void main();

async function main(): Promise<void> {
  const result = readSettings(process.env);
  if (!result.ok) {
    fail(result.problems);
    return;
  }
  try {
    await start(result.settings);
  } catch (error) {
    fail([error instanceof Error ? error.message : String(error)]);
  }
}

async function start(settings: Settings): Promise<void> {
  const { port, dataDir, mqtt } = settings;
  const host = process.env['HOST'] || '127.0.0.1';
  // Kept until this process ends, in whatever way.
  const claim = await claimData(settings);
  if (mqtt.url === null) {
    await checkPort({ host: '127.0.0.1', port: mqtt.embeddedPort, name: 'MQTT broker (MQTT_PORT)' });
  }
  setFlowVariables(mqtt);
  const data = prepareData(dataDir, process.env['BURNIN_SECRET'] || undefined);
  const served = await serve({ host, port, data });
  stopOnSignals(served, claim);
  tell(settings, host);
}

/** The bundled flow's mqtt nodes read these, and know no defaults. An empty login is none. */
function setFlowVariables(mqtt: Settings['mqtt']): void {
  process.env['BURNIN_BROKER_URL'] = mqtt.url ?? `mqtt://127.0.0.1:${mqtt.embeddedPort}`;
  process.env['MQTT_USERNAME'] = mqtt.username ?? '';
  process.env['MQTT_PASSWORD'] = mqtt.password ?? '';
}

function tell({ port, dataDir, mqtt }: Settings, host: string): void {
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  console.log(`editor:   http://${shown}:${port}/`);
  console.log(
    `MQTT:     ${mqtt.url === null ? `mqtt://127.0.0.1:${mqtt.embeddedPort}` : 'external, by MQTT_URL'}`,
  );
  console.log(`database: ${path.resolve(dataDir)}`);
  if (!isLoopback(host)) {
    console.warn(
      'WARNING: the editor listens beyond this machine and asks for no password. Whoever reaches it can erase drives. Set adminAuth, or put it behind a proxy that asks for one.',
    );
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

function stopOnSignals(served: Served, claim: ProcessLock): void {
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), stopTimeoutMs).unref();
    served
      .stop()
      .then(() => releaseAllBurnins((level, text) => console[level](text)))
      .then(() => claim.release())
      .then(() => process.exit(0))
      .catch((error: unknown) => fail([`Stopping failed: ${String(error)}`]));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/** One line each, then the end: a server that listens already would keep the process alive. */
function fail(lines: readonly string[]): void {
  lines.forEach((line) => console.error(line));
  process.exit(1);
}
