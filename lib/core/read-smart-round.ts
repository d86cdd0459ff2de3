import { readRecords, type HostRecord, type Reading } from './read-host-answer';
import { itemsAt, numberAt, textAt } from './read-json';
import { readSmartAnswer } from './read-smart-answer';
import type { SmartAnswer, SmartRound } from './smart';

/** Records about one drive; their first field is its number in the question, from 1 on. */
const kinds = ['no_drive', 'no_smart', 'no_answer', 'smart', 'json'];

/** Reads the answers of `count` drives. What is wrong with one of them spoils none of the others. */
export function readSmartRound(records: readonly HostRecord[], count: number): Reading<SmartRound> {
  const boots: string[] = [];
  const reading = readRecords(records, {
    host: (fields) => {
      boots.push(fields.text());
      fields.number();
      fields.count();
    },
  });
  if (!reading.ok) return reading;
  const [bootId] = boots;
  if (bootId === undefined) return { ok: false, problem: 'the SMART answers name no boot' };
  const byNumber = groupByNumber(records);
  const answers = Array.from({ length: count }, (_, index) => readOne(byNumber.get(`${index + 1}`) ?? []));
  return { ok: true, value: { bootId, answers } };
}

function groupByNumber(records: readonly HostRecord[]): ReadonlyMap<string, readonly HostRecord[]> {
  const groups = new Map<string, HostRecord[]>();
  for (const { kind, fields } of records) {
    const [number, ...rest] = fields;
    if (number === undefined || !kinds.includes(kind)) continue;
    const group = groups.get(number) ?? [];
    group.push({ kind, fields: rest });
    groups.set(number, group);
  }
  return groups;
}

function readOne(records: readonly HostRecord[]): SmartAnswer {
  const silence = records.find(({ kind }) => kind === 'no_answer');
  if (silence !== undefined) return { kind: 'no_answer', reason: silence.fields.join(' ') };
  const reading = readSmartAnswer(records);
  if (!reading.ok) return { kind: 'no_answer', reason: reading.problem };
  const answer = reading.value;
  return answer.kind === 'read' && isAsleep(answer.json) ? { kind: 'asleep' } : answer;
}

/**
 * smartctl ends with 2 for a drive that is not to be woken, as it does for one that it cannot open: only its words tell
 * them apart, or from 7.5 on the power mode.
 */
function isAsleep(json: unknown): boolean {
  if (numberAt(json, 'smartctl', 'exit_status') !== 2) return false;
  const messages = itemsAt(json, 'smartctl', 'messages').map((message) => textAt(message, 'string') ?? '');
  const words = [textAt(json, 'power_mode', 'name') ?? '', ...messages];
  return words.some((word) => /^(?:Device is in )?(?:STANDBY|SLEEP)/.test(word));
}
