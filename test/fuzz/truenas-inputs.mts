import fc from 'fast-check';
import { disksCall, listTruenasQuestions } from '../../dist/lib/core/truenas-calls.js';
import type { TruenasAnswer, TruenasCall } from '../../dist/lib/core/truenas-calls.js';
import { capture, rows, version } from '../core/truenas-samples.mts';
import type { Row } from '../core/truenas-samples.mts';
import { anyJson, anyValue, edgeText, grafted, mutated } from './inputs.mts';

const rowNames = Object.keys(rows) as Row[];
export const anyRow = fc.constantFrom(...rowNames);

/** The captured answers of one method, of every version that has it. */
export function capturesOf(method: string): readonly unknown[] {
  return rowNames.map((row) => capture(row, method)).filter((answer) => answer !== undefined);
}

/** Captures of a method with things done to them, or anything at all. */
export function answerOf(method: string): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: grafted(capturesOf(method)) },
    { weight: 1, arbitrary: spliced(method) },
    { weight: 1, arbitrary: anyJson },
    { weight: 1, arbitrary: anyValue },
  );
}

/** A capture as text, cut and spliced; where that is no JSON any more, the text itself. */
function spliced(method: string): fc.Arbitrary<unknown> {
  return mutated(capturesOf(method).map((answer) => JSON.stringify(answer))).map((text) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  });
}

/** One question of a pre-flight with the capture that answers it. */
export interface Asked {
  readonly call: TruenasCall;
  readonly isSafety: boolean;
  readonly answer: unknown;
}

const asked = new Map<Row, readonly Asked[]>();

/** Everything that a pre-flight of this version asks, answered as captured. */
export function preflightOf(row: Row): readonly Asked[] {
  const known = asked.get(row) ?? readPreflight(row);
  asked.set(row, known);
  return known;
}

function readPreflight(row: Row): readonly Asked[] {
  const plan = { depth: 'preflight', version: version(row), temperaturesOf: ['sdf'] } as const;
  const questions = [{ calls: [disksCall], isSafety: true }, ...listTruenasQuestions(plan)];
  return questions.flatMap(({ calls, isSafety }) => {
    const call = calls.find(({ method }) => capture(row, method) !== undefined);
    return call === undefined ? [] : { call, isSafety, answer: capture(row, call.method) };
  });
}

const read = new WeakMap<Asked, TruenasAnswer>();

/** Each question is read once: most of them are the captures as they are. */
export function answersOf(questions: readonly Asked[]): readonly TruenasAnswer[] {
  return questions.map((question) => {
    const { call, isSafety, answer } = question;
    const known = read.get(question) ?? { isSafety, reading: call.read(answer) };
    read.set(question, known);
    return known;
  });
}

/** A version, its questions and the answers after some of them were changed. */
export interface Hurt {
  readonly row: Row;
  readonly asked: readonly Asked[];
  /** How many were changed, perhaps into the same. */
  readonly changes: number;
}

/** Pre-flights of which at most so many answers were changed. */
export function hurt(most: number): fc.Arbitrary<Hurt> {
  return anyRow.chain((row) => {
    const questions = preflightOf(row);
    const change = fc
      .nat(questions.length - 1)
      .chain((index) =>
        fc
          .oneof(
            { weight: 5, arbitrary: grafted([questions[index]?.answer]) },
            { weight: 1, arbitrary: anyJson },
          )
          .map((answer) => ({ index, answer })),
      );
    return fc.array(change, { maxLength: most }).map((list) => ({
      row,
      changes: list.length,
      asked: questions.map((question, index) => {
        const found = list.find((one) => one.index === index);
        return found === undefined ? question : { ...question, answer: found.answer };
      }),
    }));
  });
}

const cronPart = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('*', '*/5', '0', '1-5', '7', '59', '*/7', '0,30', 'sun', 'mon-fri', 'jan'),
  },
  fc.nat(70).map(String),
  fc.tuple(fc.nat(60), fc.nat(60), fc.nat(20)).map(([from, to, step]) => `${from}-${to}/${step}`),
  edgeText,
  mutated(['1-5,*/10', 'mon-fri', '*/15']),
);

/** The five fields of a cron entry, good ones and others. */
export const schedule = fc.record({
  minute: cronPart,
  hour: cronPart,
  dom: cronPart,
  month: cronPart,
  dow: cronPart,
});

export const timeZone = fc.oneof(
  fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'America/Los_Angeles',
    'Mars/Phobos',
  ),
  edgeText,
);

/** Milliseconds since the epoch within forty years, with the changes of summer time among them. */
export const moment = fc.oneof(
  fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2060, 0) }),
  fc.constantFrom(Date.UTC(2026, 2, 29, 0, 59), Date.UTC(2026, 9, 25, 0, 59), Date.UTC(2026, 11, 31, 23, 59)),
);
