import type { Readable } from 'node:stream';

/** What a stream has given so far. It is read to its end in any case: an unread one would block the other side. */
export interface OutputCollector {
  readonly sizeBytes: number;
  readonly isEnded: boolean;
  /** The mark has been seen. */
  readonly isMarked: boolean;
  text(): string;
  /** Forgets everything and goes on reading. */
  drop(): void;
}

/** Collects `stream`; `changed` is called after each chunk and at the end. */
export function collectOutput(stream: Readable, mark: string | null, changed: () => void): OutputCollector {
  let chunks: Buffer[] | null = [];
  let sizeBytes = 0;
  let isEnded = false;
  let isMarked = false;
  let tail = Buffer.alloc(0);

  stream.on('data', (chunk: Buffer) => {
    if (chunks === null) return;
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (mark !== null && !isMarked) {
      const recent = Buffer.concat([tail, chunk]);
      isMarked = recent.includes(mark);
      tail = recent.subarray(-mark.length);
    }
    changed();
  });
  stream.on('end', () => {
    isEnded = true;
    changed();
  });
  stream.on('error', () => undefined);

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    get isEnded() {
      return isEnded;
    },
    get isMarked() {
      return isMarked;
    },
    text: () => Buffer.concat(chunks ?? []).toString('utf8'),
    drop: () => {
      chunks = null;
    },
  };
}
