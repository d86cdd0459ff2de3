// A small process that holds a link, to be killed: url and NAS from the command line.
import { openMqttLink } from '../../dist/lib/mqtt/open-mqtt-link.js';
import { realClock } from './clocks.mts';

const [url = '', nas = ''] = process.argv.slice(2);
openMqttLink({
  nas,
  clock: realClock,
  settings: { url, username: null, password: null, embeddedPort: 0 },
  onRequest: () => undefined,
});
