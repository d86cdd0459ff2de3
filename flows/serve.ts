import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server } from 'node:http';
import { packageRoot, type PreparedData } from './prepare-data';
import { listen } from './ports';

/** What is used of the `node-red` module, the same in 4.1 and 5. */
interface NodeRed {
  init(server: Server, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly httpAdmin: Handler;
  readonly httpNode: Handler;
  readonly events: NodeJS.EventEmitter;
}
type Handler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

/** A running Node-RED. */
export interface Served {
  /** Stops the flows, then the server. */
  stop(): Promise<void>;
}

/** How long the first start of the flows is waited for; a flow with unknown nodes never starts. */
const startTimeoutMs = 15_000;

/** Runs Node-RED in this process, with this package as its module. Rejects with a plain sentence when the port is taken. */
export async function serve(at: { host: string; port: number; data: PreparedData }): Promise<Served> {
  const { host, port, data } = at;
  const red = await loadNodeRed();
  const server = createServer((request, response) => {
    red.httpAdmin(request, response, () => red.httpNode(request, response));
  });
  await listen(server, { host, port, name: 'Node-RED (PORT)' });
  red.init(server, buildNodeRedSettings({ host, port, data }));
  const started = once(red.events, 'flows:started', { signal: AbortSignal.timeout(startTimeoutMs) });
  await red.start();
  await started.catch(() => undefined);
  return { stop: () => stop(red, server) };
}

/** The tests run the same start with the other supported line of Node-RED. */
async function loadNodeRed(): Promise<NodeRed> {
  const name = process.env['BURNIN_NODE_RED'] ?? 'node-red';
  const module = (await import(name)) as { default: NodeRed };
  return module.default;
}

function buildNodeRedSettings({
  host,
  port,
  data,
}: {
  host: string;
  port: number;
  data: PreparedData;
}): object {
  return {
    uiHost: host,
    uiPort: port,
    userDir: data.userDir,
    flowFile: 'flows.json',
    flowFilePretty: true,
    credentialSecret: data.credentialSecret,
    httpAdminRoot: '/',
    httpNodeRoot: '/',
    // The package itself is the module: no second install, no link.
    nodesDir: [packageRoot],
    functionGlobalContext: {},
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false, palette: { allowInstall: false } },
    editorTheme: { tours: false, palette: { catalogues: [] } },
    logging: { console: { level: 'info', metrics: false, audit: false } },
  };
}

async function stop(red: NodeRed, server: Server): Promise<void> {
  await red.stop();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
