import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Use, UseList } from '../../src/graph/uses.ts';
import { Node, Value } from '../../src/index.ts';

it('a list keeps its order whatever is taken out, also while it is walked', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 40 }), fc.nat(29), (picks, during) => {
      const node = new Node('Add', [], []);
      const list = new UseList();
      const uses = Array.from({ length: 30 }, (_, index) => new Use(node, index));
      for (const use of uses) Use.link(use, list);
      for (const pick of picks) {
        const use = uses[pick];
        if (use) Use.unlink(use);
      }
      const left = uses.filter((_, index) => !picks.includes(index));
      const walked: number[] = [];
      for (const use of list) {
        walked.push(use.index);
        if (use.index === during) Use.unlink(use);
      }
      expect(walked).toEqual(left.map(({ index }) => index));
      expect(list.size).toBe(left.filter(({ index }) => index !== during).length);
    }),
  );
});

it('one of a million uses goes as fast as one of two', () => {
  const value = new Value('v');
  const node = new Node('Sum', new Array(200_000).fill(value), []);
  for (let index = 0; index < 200_000; index += 2) node.setInput(index, null);
  expect([value.uses.size, [...value.uses][0]?.index]).toEqual([100_000, 1]);
});
