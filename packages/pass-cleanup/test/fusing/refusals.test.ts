import { Node } from '@sentei/ir';
import { expect, it } from 'vitest';
import { Refusals } from '../../src/fusing/refusals.ts';

const node = (name: string) => new Node('Add', [], [], { name });

it('tells each place once, with the rule, the node and the reason, and of many only some', () => {
  const refusals = new Refusals('fuse-norms');
  refusals.note(node('a'), 'no kernel');
  refusals.note(node('a'), 'no kernel');
  expect(refusals.take()).toEqual([
    { kind: 'refusal', name: 'fuse-norms', nodes: [`${node('a')}`], reason: `${node('a')}: no kernel` },
  ]);
  refusals.note(node('a'), 'no kernel');
  expect(refusals.take()).toEqual([]);
  for (let index = 0; index < 100; index++) refusals.note(node(`b${index}`), 'no kernel');
  expect(refusals.take().length).toBe(19);
});
