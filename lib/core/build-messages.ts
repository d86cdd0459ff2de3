import type { Ticket } from './job';
import type { JobReport, StageEnd, StageProgress, TicketMessage } from './views';

/** A Node-RED message. */
export interface Message {
  readonly topic: string;
  readonly payload: unknown;
  readonly [property: string]: unknown;
}

/** A message about one job: what its user wants back, then ours. The topic is the user's, else the serial. */
function buildTicketed({ ticket, context }: TicketMessage, payload: unknown): Message & { burnin: Ticket } {
  const topic = context['topic'];
  return {
    ...context,
    topic: typeof topic === 'string' && topic !== '' ? topic : ticket.serial,
    payload,
    burnin: ticket,
  };
}

/** A ticket as the gate lets it out. */
export function buildTicketMessage(message: TicketMessage): Message {
  return buildTicketed(message, { ...message.ticket });
}

/** The end of a stage, for outputs 1 and 2 of its station. */
export function buildEndMessage(end: StageEnd): Message {
  const { outcome, reasons, evidence, jobState } = end;
  const { job, serial } = end.ticket;
  return buildTicketed(end, { job, serial, stage: end.kind, outcome, reasons, evidence, jobState });
}

/** The progress of a stage, for output 3 of its station. */
export function buildProgressMessage({ ticket, context, kind, progress }: StageProgress): Message {
  const { job, serial } = ticket;
  return buildTicketed({ ticket, context }, { job, serial, stage: kind, ...progress });
}

/** The report of a closed job. Its topic is the subject, as Node-RED's mail node expects it. */
export function buildReportMessage(report: JobReport, message: TicketMessage): Message {
  return { ...buildTicketed(message, report), topic: report.subject };
}
