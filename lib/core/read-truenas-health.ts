import { z } from 'zod';
import { cleanText } from './clean-text';
import type { Reading } from './read-host-answer';
import { textAt } from './read-json';
import { anyText, neededText, readTruenasAnswer, rowsOf, tableOf, withoutDev } from './read-truenas-answer';
import type { TruenasAlert, TruenasTemperature } from './truenas-inventory';

const degrees = z.number().nullable();
const temperatures = tableOf(z.union([degrees, z.array(degrees)])).nullable();

/**
 * Reads `disk.temperatures` in its four shapes: degrees, null, a zero that means unknown (25.04), and degrees with the
 * drive's own limit (25.10, which may be 0 or null).
 */
export function readTruenasTemperatures(answer: unknown): Reading<readonly TruenasTemperature[]> {
  const reading = readTruenasAnswer('disk.temperatures', temperatures, answer);
  if (!reading.ok) return reading;
  const read = Object.entries(reading.value ?? {}).flatMap(([name, value]): TruenasTemperature[] => {
    const [temperatureC, limitC] = Array.isArray(value) ? value : [value];
    // `||`: a zero is no temperature of a running drive.
    return temperatureC == null || temperatureC === 0 ? [] : [{ name, temperatureC, limitC: limitC || null }];
  });
  return { ok: true, value: read };
}

const alertSchema = z.object({
  level: anyText,
  text: z.string().nullish(),
  formatted: z.string().nullish(),
  dismissed: z.boolean().nullish(),
  args: z.unknown().optional(),
});

/** Reads `alert.list`: the alerts that nobody has dismissed, with the drive they are about as far as they name one. */
export function readTruenasAlerts(answer: unknown): Reading<readonly TruenasAlert[]> {
  const reading = readTruenasAnswer('alert.list', rowsOf(alertSchema), answer);
  if (!reading.ok) return reading;
  const alerts = reading.value.filter(({ dismissed }) => dismissed !== true);
  return {
    ok: true,
    value: alerts.map(({ level, text, formatted, args }) => {
      const name = textAt(args, 'name') ?? textAt(args, 'device');
      return {
        level: level ?? 'UNKNOWN',
        text: cleanText(formatted ?? text ?? '', 300),
        serial: textAt(args, 'serial'),
        name: name === null ? null : withoutDev(name),
      };
    }),
  };
}

/** Reads the time zone out of `system.info`. */
export function readTruenasTimeZone(answer: unknown): Reading<string> {
  const reading = readTruenasAnswer('system.info', z.object({ timezone: neededText }), answer);
  return reading.ok ? { ok: true, value: reading.value.timezone } : reading;
}
