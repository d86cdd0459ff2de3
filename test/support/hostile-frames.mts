import type { Duplex } from 'node:stream';
import { apiKey } from './truenas-server.mts';

export const acts = [
  'text',
  'flood',
  'long',
  'fragments',
  'deflated',
  'masked',
  'pings',
  'utf8',
  'binary',
  'close',
  'half',
  'cut',
  'drip',
  'bomb',
] as const;

/** Does something again and again, with the number of times before, until the connection ends. */
export type Repeat = (everyMs: number, step: (count: number) => void) => void;

/** One frame of a server; `sizeBytes` may promise more than there is. */
function buildFrame(
  opcode: number,
  payload: Buffer,
  { bits = 0x80, sizeBytes = payload.length, mask = 0 } = {},
): Buffer {
  const head = Buffer.alloc(10);
  head[0] = bits | opcode;
  head[1] = mask | 127;
  head.writeBigUInt64BE(BigInt(sizeBytes), 2);
  return Buffer.concat([head, payload]);
}

export interface Harm {
  /** Frames for `text` and `flood`. */
  readonly texts: readonly string[];
  readonly closeCode: number;
  readonly repeat: Repeat;
}

/** Does one bad thing to an open WebSocket, past the library that would not. */
export function harm(socket: Duplex, act: (typeof acts)[number], { texts, closeCode, repeat }: Harm): void {
  const write = (data: Buffer) => {
    if (socket.writable) socket.write(data);
  };
  const all = Buffer.concat(texts.map((text) => buildFrame(1, Buffer.from(text))));
  switch (act) {
    case 'text': {
      write(all);
      return;
    }
    case 'flood': {
      repeat(
        2,
        () => socket.writableLength < 2e6 && write(Buffer.concat(Array.from({ length: 50 }, () => all))),
      );
      return;
    }
    case 'long':
      write(buildFrame(1, Buffer.alloc(0), { sizeBytes: 70e6 }));
      {
        repeat(1, (count) => count < 70 && write(Buffer.alloc(1e6, 0x20)));
        return;
      }
    case 'fragments': {
      const many = Buffer.concat(
        Array.from({ length: 20_000 }, () => buildFrame(0, Buffer.from('['), { bits: 0 })),
      );
      write(buildFrame(1, Buffer.from('['), { bits: 0 }));
      repeat(2, () => socket.writableLength < 2e6 && write(many));
      return;
    }
    case 'deflated': {
      write(buildFrame(1, Buffer.alloc(2000, 0xff), { bits: 0xc0 }));
      return;
    }
    case 'masked': {
      write(buildFrame(1, Buffer.from('\0\0\0\0{}'), { mask: 0x80, sizeBytes: 2 }));
      return;
    }
    case 'pings': {
      const many = Buffer.concat(
        Array.from({ length: 5_000 }, () => buildFrame(9, Buffer.alloc(0)).subarray(0, 10)),
      );
      const short = Buffer.concat(Array.from({ length: 20_000 }, () => Buffer.from([0x89, 0])));
      socket.pause();
      repeat(2, (count) => socket.writableLength < 2e6 && write(count === 90 ? many : short));
      return;
    }
    case 'utf8': {
      write(buildFrame(1, Buffer.from([0x22, 0xc3, 0x28, 0x22])));
      return;
    }
    case 'binary': {
      write(buildFrame(2, Buffer.alloc(100_000, 0x7b)));
      return;
    }
    case 'close': {
      const code = Buffer.alloc(2);
      code.writeUInt16BE(closeCode);
      const payload = Buffer.concat([code, Buffer.from(`\n${apiKey}`)]);
      write(Buffer.concat([Buffer.from([0x88, payload.length]), payload]));
      return;
    }
    case 'half':
      socket.end();
      return;
    case 'cut':
      socket.destroy();
      return;
    case 'drip': {
      repeat(3, (count) =>
        write(count === 0 ? buildFrame(1, Buffer.alloc(0), { sizeBytes: 1e6 }) : Buffer.from('[')),
      );
      return;
    }
    default: {
      const bomb = buildFrame(
        1,
        Buffer.from(`{"jsonrpc":"2.0","msg":"result","id":1,"result":[${'[],'.repeat(5e6)}[]]}`),
      );
      repeat(50, () => socket.writableLength < 2e6 && write(bomb));
      return;
    }
  }
}
