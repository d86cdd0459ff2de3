import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import fc from 'fast-check';
import { UnreachableError } from '../../dist/lib/core/refusal.js';
import { TruenasError } from '../../dist/lib/core/truenas-error.js';
import { openTruenasSocket } from '../../dist/lib/nas/truenas/open-truenas-socket.js';
import type { TruenasCaller } from '../../dist/lib/nas/truenas/truenas-caller.js';
import { acts } from '../support/hostile-frames.mts';
import { doors, HostileTruenas, logins, pages, replies } from '../support/hostile-truenas.mts';
import type { Malice } from '../support/hostile-truenas.mts';
import { apiKey, makeCertificate } from '../support/truenas-server.mts';
import type { Certificate } from '../support/truenas-server.mts';
import { quickTimings } from '../nas/truenas/bench.mts';
import { anyText, mutated } from './inputs.mts';
import { readRuns } from './target.mts';

const frame = mutated([
  '{"jsonrpc":"2.0","id":1,"result":true}',
  '{"jsonrpc":"2.0","id":3,"error":{"code":-32001,"message":"x","data":{"error":13,"reason":"[EACCES] x"}}}',
  '{"jsonrpc":"2.0","method":"collection_update","params":{"msg":"changed","collection":"disk.query"}}',
  '{"msg":"changed","collection":"pool.query"}',
  '{"msg":"ready","subs":["s1","s2"]}',
  '{"id":"2","msg":"result","result":[1]}',
]);
/** A bomb takes its time; the test of memory has it. */
const quickActs = acts.filter((act) => act !== 'bomb' && act !== 'long');
const malice: fc.Arbitrary<Malice> = fc.record({
  way: fc.constantFrom('json_rpc', 'ddp'),
  page: fc.constantFrom(...pages),
  door: fc.constantFrom(...doors),
  login: fc.constantFrom(...logins),
  reply: fc.constantFrom(...replies),
  acts: fc.array(fc.constantFrom(...quickActs), { maxLength: 2 }),
  isEarly: fc.boolean(),
  texts: fc.array(fc.oneof(frame, anyText), { minLength: 1, maxLength: 5 }),
  closeCode: fc.constantFrom(1000, 1001, 1008, 1011, 1015, 0, 4000, 65_535),
});
const kind: Malice = {
  way: 'json_rpc',
  page: 'good',
  door: 'good',
  login: 'good',
  reply: 'good',
  acts: [],
  isEarly: false,
  texts: ['{}'],
  closeCode: 1000,
};

const callTimeoutMs = 500;
const atOnce = 8;

/** Far longer than any limit of ours: only something that never ends is cut off here. */
async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} never ended`)), 20_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function checkWords(words: string): void {
  for (const secret of [apiKey, apiKey.slice(2), apiKey.slice(2, 34)])
    assert.ok(!words.includes(secret), `the key is told: ${words}`);
  assert.ok(words.length <= 1_000, `${words.length} characters`);
  assert.doesNotMatch(words, /[\p{Cc}\u202e]/u);
}

async function ask(caller: TruenasCaller, isRepeatable: boolean): Promise<void> {
  try {
    const answer = await inTime(
      'a call',
      caller.call('disk.query', [[]], { timeoutMs: callTimeoutMs, isRepeatable }),
    );
    assert.ok(!JSON.stringify(answer).includes(apiKey.slice(2)));
  } catch (error) {
    if (!(error instanceof TruenasError || error instanceof UnreachableError)) throw error;
    checkWords(error.message);
  }
}

describe('A socket to a TrueNAS that means ill', function () {
  this.timeout(120_000);
  let certificate: Certificate;
  before(async () => {
    certificate = await makeCertificate();
  });

  function open(server: HostileTruenas, fingerprint = certificate.fingerprint): TruenasCaller {
    return openTruenasSocket({
      url: server.url,
      apiKey,
      user: null,
      fingerprint,
      timings: { ...quickTimings, detectTimeoutMs: 150, connectTimeoutMs: 300, renewalMs: 50 },
    });
  }

  /** What happens with one plan; every call and the end come in time, and nothing tells the key. */
  async function suffer(plan: Malice): Promise<void> {
    const server = await new HostileTruenas(certificate, plan).listen();
    const caller = open(server);
    const said = new Set<string>();
    const note = () => said.add(caller.view.message).add(caller.view.version ?? '');
    caller.onChange(note);
    try {
      await Promise.all([ask(caller, true), ask(caller, false), ask(caller, true)]);
      await ask(caller, true);
      note();
      said.forEach(checkWords);
    } finally {
      await inTime('the end', caller.close());
      await server.close();
    }
  }

  it('lets every call end in time, tells no key and never throws elsewhere', async () => {
    const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const plans = fc.sample(malice, { seed, numRuns: readRuns(40) });
    const waiting = [...plans.entries()];
    const work = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [index, plan] = next;
        await suffer(plan).catch((error: unknown) => {
          throw new Error(`FUZZ_SEED=${seed}, plan ${index}: ${JSON.stringify(plan)}`, { cause: error });
        });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  });

  it('is left in peace again after each thing that can be done to it', async () => {
    await Promise.all(acts.map((act) => suffer({ ...kind, acts: [act], reply: 'silent' })));
  });

  it('sends nothing at all to a certificate that is not the pinned one', async () => {
    const server = await new HostileTruenas(certificate, kind).listen();
    const caller = open(server, 'A'.repeat(64));
    await ask(caller, false);
    await caller.close();
    assert.equal(server.received, 0);
    await server.close();
  });

  it('takes no memory without bounds', async () => {
    const heavy = ['long', 'fragments', 'pings', 'bomb', 'flood'] as const;
    const texts = ['{"msg":"changed","collection":"disk.query"}'];
    await Promise.all(heavy.map((act) => measure({ ...kind, acts: [act], reply: 'silent', texts })));
  });

  async function measure(plan: Malice): Promise<void> {
    const server = await new HostileTruenas(certificate, plan).listen();
    const victim = path.join(import.meta.dirname, 'truenas-victim.mts');
    const words = ['--max-old-space-size=256', victim, server.url, certificate.fingerprint];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = inTime('the client', once(child, 'close') as Promise<[number | null]>);
    const [code] = await ended.finally(() => child.kill('SIGKILL'));
    await server.close();
    assert.equal(code, 0, `${plan.acts.join()}: ${said}`);
    const { ends, mostKiB } = JSON.parse(said) as { ends: string[]; mostKiB: number };
    assert.deepEqual(ends, ['UnreachableError', 'UnreachableError']);
    assert.ok(mostKiB < 450 * 1024, `${plan.acts.join()}: ${Math.round(mostKiB / 1024)} MiB`);
  }
});
