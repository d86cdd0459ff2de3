import assert from 'node:assert/strict';
import {
  buildEndMessage,
  buildProgressMessage,
  buildReportMessage,
  buildTicketMessage,
} from '../../dist/lib/core/build-messages.js';
import { buildJobView } from '../support/views.mts';

const ticket = { job: 'j', serial: 'A1', stage: 'surface_validate', send: 1 } as const;

describe('messages', () => {
  it('about a job give back its context, but never in place of their own fields', () => {
    const context = { note: 'n', payload: 'old', burnin: 'old', topic: 'mine' };
    const message = buildTicketMessage({ ticket, context });
    assert.deepEqual(message, { note: 'n', topic: 'mine', payload: ticket, burnin: ticket });
  });

  it('about a job have the serial for a topic unless the user gave one', () => {
    for (const context of [{}, { topic: '' }, { topic: 5 }]) {
      assert.equal(buildTicketMessage({ ticket, context }).topic, 'A1');
    }
  });

  it('about the end of a stage say how, why and on what proof', () => {
    const evidence = [{ key: 'k', state: 'missing', text: 't' }] as const;
    const end = {
      kind: 'surface_validate',
      outcome: 'unknown',
      reasons: ['r'],
      evidence,
      jobState: 'unknown',
    } as const;
    const { kind: stage, ...rest } = end;
    assert.deepEqual(buildEndMessage({ ticket, context: {}, ...end }), {
      topic: 'A1',
      payload: { job: 'j', serial: 'A1', stage, ...rest },
      burnin: ticket,
    });
  });

  it('about progress name the stage that runs', () => {
    const { progress } = buildJobView({ stationId: 's', kind: 'surface_validate', percent: 12 });
    assert.ok(progress);
    const message = buildProgressMessage({ ticket, context: {}, kind: 'surface_validate', progress });
    assert.deepEqual(message.payload, { job: 'j', serial: 'A1', stage: 'surface_validate', ...progress });
  });

  it('with a report have its subject for a topic', () => {
    const report = { subject: 'passed', data: {}, text: '', html: '' };
    const message = buildReportMessage(report, { ticket, context: { topic: 'mine', note: 'n' } });
    assert.deepEqual(message, { note: 'n', topic: 'passed', payload: report, burnin: ticket });
  });
});
