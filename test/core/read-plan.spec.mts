import assert from 'node:assert/strict';
import { readPlan, readStageKind, type NodeConfig } from '../../dist/lib/core/read-plan.js';

const node = (id: string, type: string, wires: unknown, more: object = {}): NodeConfig => {
  return { id, type, z: 'tab', wires, ...more };
};
const stage = (id: string, kind: string, wires: string[][], more: object = {}) =>
  node(id, 'burnin-stage', wires, { stage: kind, ...more });
const gate = (...targets: string[]) => node('gate', 'drive-lock', [targets, ['answers']]);
const plan = (...nodes: NodeConfig[]) =>
  readPlan([{ id: 'tab', type: 'tab' }, ...nodes], 'gate').slice(1, -1);

describe('readPlan', () => {
  it('always begins with the precheck and ends with the final check', () => {
    const drawn = [gate('f'), stage('f', 'final_check', [['p']]), stage('p', 'precheck', [])];
    assert.deepEqual(readPlan(drawn, 'gate'), ['precheck', 'final_check']);
    assert.deepEqual(readPlan([], 'gate'), ['precheck', 'final_check']);
  });

  it('lists stations in the order in which a ticket meets them, each stage once', () => {
    const found = plan(
      gate('a'),
      stage('a', 'long_smart', [['x']]),
      node('x', 'function', [['b', 'c'], ['d']]),
      node('b', 'badblocks-run', [['e']]),
      stage('c', 'short_smart', []),
      stage('d', 'long_smart', []),
      stage('e', 'io_validate', []),
    );
    assert.deepEqual(found, ['long_smart', 'surface_validate', 'short_smart', 'io_validate']);
  });

  it('leaves a station by its first output only and a report by its second', () => {
    const found = plan(
      gate('a'),
      stage('a', 'short_smart', [['r'], ['b'], ['b']]),
      node('b', 'badblocks-run', []),
      node('r', 'report', [['b'], ['c']]),
      stage('c', 'long_smart', [['gate']]),
    );
    assert.deepEqual(found, ['short_smart', 'long_smart']);
  });

  it('does not follow the answers of the gate, nor go through another gate', () => {
    const found = plan(
      gate('other'),
      node('answers', 'badblocks-run', []),
      node('other', 'drive-lock', [['b']]),
      node('b', 'badblocks-run', []),
    );
    assert.deepEqual(found, []);
  });

  it('follows link nodes and a called link', () => {
    const found = plan(
      gate('out'),
      node('out', 'link out', [], { links: ['in', 7, 'nowhere'] }),
      node('in', 'link in', [['call']], { links: ['out'] }),
      node('call', 'link call', [['after']], { links: ['sub'] }),
      node('sub', 'link in', [['b']]),
      node('b', 'badblocks-run', []),
      stage('after', 'long_smart', []),
    );
    assert.deepEqual(found.toSorted(), ['long_smart', 'surface_validate']);
  });

  it('does not follow disabled nodes and tabs', () => {
    const found = plan(
      { id: 'off', type: 'tab', disabled: true },
      gate('a', 'b', 'c'),
      stage('a', 'long_smart', [], { d: true }),
      stage('b', 'short_smart', [], { z: 'off' }),
      { id: 'c', type: 'badblocks-run' },
    );
    assert.deepEqual(found, ['surface_validate']);
  });

  it('survives rings, wires to nowhere and configurations that make no sense', () => {
    const found = plan(
      gate('a', 'nowhere'),
      node('a', 'function', [['a', 'gate', 'b', 'r'], 'text', null, [5]]),
      node('b', 'burnin-stage', 'none', { stage: 'no such stage' }),
      node('r', 'report', []),
    );
    assert.deepEqual(found, []);
    assert.deepEqual(plan(node('gate', 'drive-lock', [])), []);
  });
});

describe('readStageKind', () => {
  it('knows the stages by name', () => {
    assert.equal(readStageKind('long_smart'), 'long_smart');
    assert.equal(readStageKind('Long'), null);
    assert.equal(readStageKind(undefined), null);
  });
});
