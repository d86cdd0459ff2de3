import { describeLocks } from './describe-locks';
import type { ReportData, ReportOverride, ReportStage } from './report-data';
import { describeBadBlocks } from './report-bad-blocks';
import { describeDuration, describeSize, describeTime } from './words';

/** A label and what is said to it: the head of a report, the same in text and HTML. */
export type ReportLine = readonly [label: string, value: string];

/** Drive, people and times. */
export function listDriveLines(data: ReportData): readonly ReportLine[] {
  return [
    ['Model', data.drive.model ?? 'not known'],
    ['Serial', data.drive.serial],
    ['WWN', data.drive.wwn ?? 'none'],
    ['Size', `${describeSize(data.drive.size_bytes)} (${data.drive.size_bytes} bytes)`],
    ['NAS', data.nas],
    ['Operator', data.operator],
    ...(data.overridden === null ? [] : [['Overridden', describeOverride(data.overridden)] as const]),
    ...(data.cancelled_by === null ? [] : [['Cancelled by', data.cancelled_by] as const]),
    ['Requested', describeTime(data.requested_at)],
    ['Started', data.started_at === null ? 'never' : describeTime(data.started_at)],
    ['Ended', data.ended_at === null ? 'not ended' : describeTime(data.ended_at)],
    ['Took', describeSeconds(data.duration_s)],
    ['Job', data.job],
  ];
}

function describeOverride({ by, at, locks }: ReportOverride): string {
  return `by ${by}, ${describeTime(at)}: the drive ${describeLocks(locks)}`;
}

/** When a stage ran and for how long. */
export function describeStageTime(stage: ReportStage): string {
  if (stage.started_at === null) return 'not started';
  const end = stage.ended_at === null ? 'not ended' : describeSeconds(stage.duration_s);
  return `${describeTime(stage.started_at)}, ${end}`;
}

/** Bad blocks by stage; says so when no stage looked for any. */
export function listBadBlockLines(data: ReportData): readonly string[] {
  const lines = data.stages.flatMap(({ name, bad_blocks: blocks }) =>
    blocks === null ? [] : [`${name}: ${describeBadBlocks(blocks)}`],
  );
  return lines.length > 0 ? lines : ['No stage has looked for bad blocks'];
}

/** A cell of the SMART table. */
export function describeCell(value: number | string | null): string {
  return value === null ? 'not reported' : String(value);
}

function describeSeconds(seconds: number | null): string {
  return seconds === null ? 'not known' : describeDuration(seconds * 1000);
}
