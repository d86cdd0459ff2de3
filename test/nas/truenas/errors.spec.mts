import assert from 'node:assert/strict';
import type { TruenasCaller } from '../../../dist/lib/nas/truenas/truenas-caller.js';
import { Fault } from '../../support/truenas-server.mts';
import type { FakeTruenas } from '../../support/truenas-server.mts';
import { until } from '../../support/until.mts';
import { Bench, pause, untilLink } from './bench.mts';

for (const way of ['json_rpc', 'ddp'] as const) {
  describe(`What the middleware refuses (${way})`, () => {
    const bench = new Bench();
    let server: FakeTruenas;
    let caller: TruenasCaller;
    const isRpc = way === 'json_rpc';
    const count = (name: string) => server.calls.filter(({ method }) => method === name).length;
    const fail = (name: string, reason: string, detail: Fault['detail']) =>
      server.methods.set(name, () => {
        throw new Fault(reason, detail);
      });
    beforeEach(async () => {
      server = await bench.serve(way);
      caller = bench.open(server);
      await untilLink(caller, 'connected');
    });
    afterEach(() => bench.close());

    it('§12.5 "−32601 / errno 201: method absent in this version: drop capability"', async () => {
      await assert.rejects(caller.call('smart.test.results', [], { isRepeatable: true }), {
        name: 'TruenasError',
        reason: 'no_method',
      });
      assert.equal(count('smart.test.results'), 1);
    });

    it('§12.5 "−32602 / VALIDATION: our parameters: tell extra, never retry"', async () => {
      const extra = [['disk_update.hddstandby', 'Invalid choice: 7', 22]];
      fail(
        'disk.update',
        'Invalid params',
        isRpc ? { code: -32602, extra } : { errno: 11, type: 'VALIDATION', extra },
      );
      await assert.rejects(caller.call('disk.update', [], { isRepeatable: true }), {
        name: 'TruenasError',
        reason: 'invalid',
        message: /disk_update\.hddstandby: Invalid choice: 7/,
      });
      assert.equal(count('disk.update'), 1);
    });

    it('§12.5 "errno 13 on a first call: role missing: degrade that feature"', async () => {
      fail('disk.details', '[EACCES] Not authorized', { errno: 13 });
      await assert.rejects(caller.call('disk.details', [], { isRepeatable: true }), {
        reason: 'not_authorized',
        errno: 13,
      });
      assert.equal(count('disk.details'), 1);
      assert.equal(server.logins, 1);
    });

    for (const errno of [13, 207]) {
      it(`§12.5 "errno ${errno} on a call that worked: session ended: reconnect and log in once", then the call again`, async () => {
        server.methods.set('disk.query', () => [1]);
        await caller.call('disk.query', []);
        let refusals = 0;
        server.methods.set('disk.query', () => {
          if (server.logins > 1) return [2];
          refusals += 1;
          throw new Fault('[EACCES] Session is expired', { errno });
        });
        assert.deepEqual(await caller.call('disk.query', [], { isRepeatable: true }), [2]);
        assert.equal(server.logins, 2);
        assert.equal(refusals, 1);
      });
    }

    it('logs in once for many calls that find the session over', async () => {
      server.methods.set('disk.query', () => [1]);
      await caller.call('disk.query', []);
      server.methods.set('disk.query', () => {
        if (server.logins > 1) return [2];
        throw new Fault('[ENOTAUTHENTICATED] Not authenticated', { errno: 207 });
      });
      const calls = Array.from({ length: 6 }, () => caller.call('disk.query', [], { isRepeatable: true }));
      assert.deepEqual(await Promise.all(calls), Array(6).fill([2]));
      assert.equal(server.logins, 2);
    });

    it('never makes a call twice that is not marked, though the session was over', async () => {
      server.methods.set('disk.update', () => 1);
      await caller.call('disk.update', []);
      fail('disk.update', '[EACCES] Session is expired', { errno: 13 });
      await assert.rejects(caller.call('disk.update', []), {
        name: 'UnreachableError',
        message: /was not repeated/,
      });
      await untilLink(caller, 'connected');
      assert.equal(count('disk.update'), 2);
    });

    it('does not log in again and again for a role that was taken away', async () => {
      server.methods.set('disk.query', () => [1]);
      await caller.call('disk.query', []);
      fail('disk.query', '[EACCES] Not authorized', { errno: 13 });
      for (let n = 0; n < 4; n += 1) {
        await assert.rejects(caller.call('disk.query', [], { isRepeatable: true }), {
          reason: 'not_authorized',
        });
      }
      assert.equal(server.logins, 2);
    });

    it('§12.5 "−32000 / ETOOMANYREFS: too many in flight: retry after 1 s", a few times', async () => {
      let refusals = 0;
      const tooMany = () => {
        refusals += 1;
        throw new Fault('Too many concurrent calls', isRpc ? { code: -32000 } : { errno: 109 });
      };
      server.methods.set('disk.query', () => (refusals < 2 ? tooMany() : [1]));
      assert.deepEqual(await caller.call('disk.query', [], { isRepeatable: true }), [1]);
      assert.equal(count('disk.query'), 3);
      server.methods.set('pool.query', tooMany);
      await assert.rejects(caller.call('pool.query', [], { isRepeatable: true }), { reason: 'too_many' });
      assert.equal(count('pool.query'), 4);
      server.methods.set('disk.update', tooMany);
      await assert.rejects(caller.call('disk.update', []), { reason: 'too_many' });
      assert.equal(count('disk.update'), 1);
      assert.equal(server.logins, 1);
    });

    it('gives up a call that is one too many when its time is up', async () => {
      fail('disk.query', 'Too many concurrent calls', isRpc ? { code: -32000 } : { errno: 109 });
      const patient = bench.open(server, { timings: { tooManyDelayMs: 60_000 } });
      await untilLink(patient, 'connected');
      await assert.rejects(patient.call('disk.query', [], { isRepeatable: true, timeoutMs: 200 }), {
        name: 'UnreachableError',
        message: 'no answer from TrueNAS to disk.query within 200 ms',
      });
    });

    it('§12.5 "job id unknown after reconnect: middleware restarted": it keeps no job and hides no loss', async () => {
      server.methods.set('core.get_jobs', () => [{ id: 412, state: 'RUNNING' }]);
      const ask = () => caller.call('core.get_jobs', [[['id', '=', 412]]], { isRepeatable: true });
      assert.deepEqual(await ask(), [{ id: 412, state: 'RUNNING' }]);
      server.methods.set('core.get_jobs', () => []);
      server.cut();
      await until('a new session', () => server.logins === 2);
      assert.deepEqual(await ask(), []);
    });

    it('§12.5 "errno EBUSY from disk.wipe etc.: device claimed: report holder"', async () => {
      fail('disk.wipe', '[EBUSY] sdc is held by md127', { errno: 16 });
      await assert.rejects(caller.call('disk.wipe', ['sdc', 'QUICK'], { isRepeatable: true }), {
        reason: 'busy',
        errno: 16,
        message: '[EBUSY] sdc is held by md127',
      });
      await pause();
      assert.equal(count('disk.wipe'), 1);
    });

    it('passes on what it knows no better word for', async () => {
      fail('disk.query', '[EFAULT] no luck', { errno: 14 });
      await assert.rejects(caller.call('disk.query', []), { reason: 'failed', errno: 14 });
    });
  });
}
