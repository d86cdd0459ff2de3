import { describeLocks } from './describe-locks';
import type { ProbedDrive, ProbeReport } from './drive';
import { findDrives } from './find-drives';
import { buildPhrase, judgeIn } from './judge-override';
import type { Refusal } from './refusal';

/** A drive and what has to be typed for it. */
export interface Unlockable {
  readonly probed: ProbedDrive;
  readonly phrase: string;
}

/** `asks`: one of these phrases is wanted; there are several only where drives share a serial number. */
export type UnlockJudgement =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'free' }
  | { readonly kind: 'asks'; readonly choices: readonly Unlockable[] };

/** What does it take to override the safety locks of a drive, by the facts of a fresh probe? */
export function judgeUnlock(serial: string, report: ProbeReport): UnlockJudgement {
  const found = findDrives(serial, report);
  if (!found.ok) return { kind: 'refused', refusal: found.refusal };
  const { matches } = found;
  const [{ locks }] = matches;
  if (matches.length === 1 && locks.length === 0) return { kind: 'free' };
  const choices = matches.flatMap((probed): readonly Unlockable[] => {
    const phrase = probed.drive.sizeBytes > 0 ? buildPhrase(judgeIn(report, probed)) : null;
    return phrase === null ? [] : [{ probed, phrase }];
  });
  return choices.length > 0
    ? { kind: 'asks', choices }
    : { kind: 'refused', refusal: refuseOverride(matches, report) };
}

/** The choice whose phrase was typed: exactly, but for blanks around it. */
export function findTyped(choices: readonly Unlockable[], typed: string): Unlockable | null {
  const [match, ...more] = choices.filter(({ phrase }) => phrase.trim() === typed.trim());
  return more.length === 0 ? (match ?? null) : null;
}

function refuseOverride(matches: readonly [ProbedDrive, ...ProbedDrive[]], report: ProbeReport): Refusal {
  const stuck = matches
    .flatMap((probed) => judgeIn(report, probed))
    .flatMap(({ lock, whyNot }) => (whyNot === null ? [] : [{ lock, whyNot }]));
  const uses = describeLocks(stuck.map(({ lock }) => lock));
  const remedies = [...new Set(stuck.map(({ whyNot }) => whyNot))].join(' ');
  const { serial } = matches[0].drive;
  const fact = uses === '' ? 'is not the only one with its serial number' : uses;
  return {
    code: 'no_override',
    message: `Drive ${serial} ${fact}. No phrase overrides that. ${remedies}`.trim(),
  };
}
