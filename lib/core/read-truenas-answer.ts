import { z } from 'zod';
import { cleanText } from './clean-text';
import type { Reading } from './read-host-answer';

const maxTextLength = 200;

/** Text as a person may see it; empty text, null and a missing member are null. */
export const anyText = z
  .string()
  .nullish()
  .transform((text) => cleanText(text ?? '', maxTextLength) || null);

/** Text that must be there. */
export const neededText = z
  .string()
  .transform((text) => cleanText(text, maxTextLength))
  .refine((text) => text !== '', 'is empty');

/** A member that must be there; null when it is null or empty. */
export const neededTextOrNull = z
  .string()
  .nullable()
  .transform((text) => cleanText(text ?? '', maxTextLength) || null);

/** A whole number without loss, also in digits; the middleware gives some numbers as text. Else null. */
export const anyCount = z
  .union([
    z.number().int().nonnegative(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
    z.literal('').transform(() => null),
  ])
  .nullish()
  .transform((count) => count ?? null);

/** A ZFS guid has 64 bits: as a JSON number it may have lost some, and then it is no guid. */
export const anyGuid = z
  .union([z.string(), z.number().int()])
  .nullish()
  .transform((guid) => (guid == null || guid === '' ? null : String(guid)));

/** TrueNAS manages some 1,300 drives at most; a list that is much longer would only hold up everything else. */
const mostRows = 4000;

/** A list of rows. Its length is looked at first: each bad row costs memory of its own. */
export function rowsOf<T extends z.ZodType>(schema: T, most = mostRows) {
  return z.array(z.unknown()).max(most, `has more than ${most} rows`).pipe(z.array(schema));
}

/** The same for an object by name. */
export function tableOf<T extends z.ZodType>(schema: T) {
  return z
    .record(z.string(), z.unknown())
    .refine((table) => Object.keys(table).length <= mostRows, `has more than ${mostRows} members`)
    .pipe(z.record(z.string(), schema));
}

/** Names of devices. */
export const names = rowsOf(neededText);

/** `sdc` for `/dev/sdc`. */
export function withoutDev(path: string): string {
  return path.replace(/^\/dev\//, '');
}

/** Reads the answer of a method. Members that the schema does not name are ignored; a problem names the method. */
export function readTruenasAnswer<T>(method: string, schema: z.ZodType<T>, answer: unknown): Reading<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [first] = parsed.error.issues.map(({ path, message }) => [...path, message].map(String).join(' '));
  return { ok: false, problem: `${method} gave an unreadable answer: ${cleanText(String(first), 150)}` };
}
