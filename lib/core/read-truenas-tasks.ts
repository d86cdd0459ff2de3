import { z } from 'zod';
import { cleanText } from './clean-text';
import type { Reading } from './read-host-answer';
import { anyCount, neededText, readTruenasAnswer, rowsOf } from './read-truenas-answer';
import type { TruenasSchedule, TruenasScrubTask, TruenasSmartTask } from './truenas-inventory';

/** Each schedule is walked minute by minute. */
const mostTasks = 500;

/** All sixty minutes by name take 170 characters. */
const maxFieldLength = 200;

/** What is cut off or cleaned is not understood any more, which is then said. */
const field = z
  .union([z.string(), z.number().transform(String)])
  .transform((text) => cleanText(text, maxFieldLength));

/** The tests of smartd have no minute: they begin with the hour. */
const scheduleSchema = z.object({
  minute: field.default('0'),
  hour: field,
  dom: field,
  month: field,
  dow: field,
}) satisfies z.ZodType<TruenasSchedule>;

const isEnabled = z
  .boolean()
  .nullish()
  .transform((enabled) => enabled ?? true);

const smartSchema = z.object({
  type: neededText,
  all_disks: z.boolean().nullish(),
  disks: z.array(z.string()),
  schedule: scheduleSchema,
});

/** Reads `smart.test.query` (up to 25.04). */
export function readTruenasSmartTests(answer: unknown): Reading<readonly TruenasSmartTask[]> {
  const reading = readTruenasAnswer('smart.test.query', rowsOf(smartSchema, mostTasks), answer);
  if (!reading.ok) return reading;
  const tasks = reading.value.map(({ type, all_disks, disks, schedule }): TruenasSmartTask => ({
    test: type.toLowerCase(),
    identifiers: all_disks === true ? null : disks,
    schedule,
    dayRule: 'both',
  }));
  return { ok: true, value: tasks };
}

const cronSchema = z.object({ command: z.string(), enabled: isEnabled, schedule: scheduleSchema });

/** Reads `cronjob.query` (from 25.10) for jobs that call `disk.smart_test`: what became of the schedules of older versions. */
export function readTruenasSmartJobs(answer: unknown): Reading<readonly TruenasSmartTask[]> {
  const reading = readTruenasAnswer('cronjob.query', rowsOf(cronSchema, mostTasks), answer);
  if (!reading.ok) return reading;
  const tasks = reading.value.flatMap(({ command, enabled, schedule }): TruenasSmartTask[] => {
    const [, test, rest] = /\bdisk\.smart_test\s+["']?(\w+)["']?(.*)/s.exec(command) ?? [];
    if (!enabled || test === undefined || rest === undefined) return [];
    return [
      {
        test: cleanText(test, 50).toLowerCase(),
        identifiers: readIdentifiers(rest),
        schedule,
        dayRule: 'either',
      },
    ];
  });
  return { ok: true, value: tasks };
}

const identifierList = z.array(z.string().startsWith('{')).min(1);

/** The list in `'["{serial}A","{serial}B"]'`; null for `["*"]` and for what is not understood, which may be every drive. */
function readIdentifiers(word: string): readonly string[] | null {
  const [, quote, inner = word.trim()] = /^(["'])(.*)\1$/s.exec(word.trim()) ?? [];
  const parsed = identifierList.safeParse(parseJson(quote === '"' ? inner.replaceAll('\\"', '"') : inner));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

const scrubSchema = z.object({
  pool_name: neededText,
  threshold: anyCount,
  enabled: isEnabled,
  schedule: scheduleSchema,
});

/** Reads `pool.scrub.query`. */
export function readTruenasScrubs(answer: unknown): Reading<readonly TruenasScrubTask[]> {
  const reading = readTruenasAnswer('pool.scrub.query', rowsOf(scrubSchema, mostTasks), answer);
  if (!reading.ok) return reading;
  const tasks = reading.value.filter(({ enabled }) => enabled);
  return {
    ok: true,
    value: tasks.map(({ pool_name, threshold, schedule }) => ({
      pool: pool_name,
      thresholdDays: threshold,
      schedule,
    })),
  };
}
