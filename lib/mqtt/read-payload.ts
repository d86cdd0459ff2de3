/** Largest request that is read, in bytes. */
export const maxPayloadBytes = 65_536;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the payload of a request. What is too large, not UTF-8 or not JSON becomes `{ malformed: why }`, which no verb
 * accepts, so that whoever sent it gets an answer. Never throws.
 */
export function readPayload(bytes: Uint8Array): unknown {
  if (bytes.length > maxPayloadBytes) {
    return { malformed: `the payload has ${bytes.length} bytes, more than ${maxPayloadBytes}` };
  }
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return { malformed: bytes.length === 0 ? 'the payload is empty' : 'the payload is not JSON in UTF-8' };
  }
}
