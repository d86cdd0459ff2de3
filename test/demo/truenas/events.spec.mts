import assert from 'node:assert/strict';

import { errorOf, openApi, openApiBench, type ApiBench, type Caller, type Json } from './clients.mts';

const sda = '{serial_lunid}ZR5A1K7Q_5000c500d1a23b41';

for (const version of ['core-13.3', '24.10', '25.04', '25.10', '26'] as const) {
  describe(`Events of the rehearsal TrueNAS ${version}`, () => {
    let bench: ApiBench;
    let api: Caller;
    beforeEach(async () => {
      bench = await openApiBench(version);
      api = await openApi(bench);
    });
    afterEach(async () => {
      api.close();
      await bench.close();
    });
    const hasRpc = !['core-13.3', '24.10'].includes(version);

    const subscribe = async (collection: string): Promise<string> => {
      if (hasRpc) return (await api.ask('core.subscribe', [collection])) as string;
      api.send({ id: collection, msg: 'sub', name: collection });
      await api.hear(({ msg, subs }) => msg === 'ready' && JSON.stringify(subs) === `["${collection}"]`);
      return collection;
    };
    /** The event in the form of either protocol. */
    const readEvent = (message: Json): Json | null => {
      if (!hasRpc) return message['collection'] === undefined ? null : message;
      return message['method'] === 'collection_update' ? (message['params'] as Json) : null;
    };
    const hear = async (fits: (event: Json) => boolean): Promise<Json> =>
      readEvent(
        await api.hear((message) => {
          const event = readEvent(message);
          return event !== null && fits(event);
        }),
      ) ?? {};

    it('tell of a pulled drive by its id alone, and of an inserted one with its entry', async () => {
      await subscribe('disk.query');
      bench.nas.pull('ZR5A1K7Q');
      const gone = await hear(({ id }) => id === sda);
      if (version === 'core-13.3') assert.deepEqual([gone['msg'], gone['cleared']], ['changed', true]);
      else assert.equal(gone['msg'], 'removed');
      assert.equal('fields' in gone, false);
      bench.nas.insert('ZR5A1K7Q');
      const added = await hear(({ msg }) => msg === 'added');
      assert.equal((added['fields'] as Json)['serial'], 'ZR5A1K7Q');
    });

    it('tell of a full resync with raw rows', async () => {
      await subscribe('disk.query');
      bench.nas.renumber();
      const changed = await hear(({ id }) => id === sda);
      const fields = changed['fields'] as Json;
      assert.equal(fields['disk_name'], version === 'core-13.3' ? 'da1' : 'sdb');
      assert.deepEqual([fields['disk_size'], fields['name']], ['18000207937536', undefined]);
    });

    it('tell of pools and alerts', async () => {
      await subscribe('pool.query');
      await subscribe('alert.list');
      bench.nas.startScrub('tank');
      const pool = await hear(({ collection }) => collection === 'pool.query');
      const { scan } = pool['fields'] as { scan: Json };
      assert.deepEqual([scan['function'], scan['state'], scan['percentage']], ['SCRUB', 'SCANNING', 37.5]);
      bench.nas.failDrive('ZR5A1K7Q');
      const alert = await hear(({ collection }) => collection === 'alert.list');
      assert.equal(alert['msg'], 'added');
      const klass = version === '25.10' || version === '26' ? 'SMARTFailedSelfTest' : 'SMART';
      assert.equal((alert['fields'] as Json)['klass'], klass);
    });

    it('stop when nobody wants them any more', async () => {
      const ident = await subscribe('disk.query');
      await subscribe('pool.query');
      if (hasRpc) await api.ask('core.unsubscribe', [ident]);
      else api.send({ id: ident, msg: 'unsub' });
      await api.ask('core.ping');
      bench.nas.renumber();
      bench.nas.startScrub();
      await hear(({ collection }) => collection === 'pool.query');
      assert.equal(
        api.heard.some((message) => readEvent(message)?.['collection'] === 'disk.query'),
        false,
      );
    });

    it('are refused for what is not there', async () => {
      if (!hasRpc) {
        api.send({ id: 'no', msg: 'sub', name: 'no.such' });
        assert.ok(errorOf(await api.hear(({ id }) => id === 'no')));
      } else
        assert.equal((errorOf(await api.call('core.subscribe', ['no.such']))['data'] as Json)['error'], 13);
    });
  });
}
