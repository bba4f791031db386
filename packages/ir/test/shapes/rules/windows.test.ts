import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttributeValue, type Dimension, evaluateDimension } from '../../../src/index.ts';
import { MalformedNode, RuleContext } from '../../../src/shapes/rule.ts';
import { readWindows, slide } from '../../../src/shapes/rules/windows.ts';
import { modelOf } from '../support.ts';

const read = (attributes: Readonly<Record<string, AttributeValue>>, kernel: readonly Dimension[]) => {
  const { graph } = modelOf('Conv', ['float32'], { attributes });
  const [node] = graph.nodes();
  if (node === undefined) throw new Error('the model has no node');
  const surroundings = {
    factOf: () => undefined,
    inferGraph: () => [],
    inferDeadGraph: () => undefined,
    mayRepeat: true,
    attributeOf: () => undefined,
    isLeftOut: () => false,
  };
  return readWindows(new RuleContext(node, 21, surroundings), kernel);
};

describe('windows', () => {
  it('counts the positions that enumeration finds', () => {
    const sizes = fc.record({
      extent: fc.integer({ min: 1, max: 20 }),
      kernel: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 4 }),
      dilation: fc.integer({ min: 1, max: 3 }),
      begin: fc.integer({ min: 0, max: 3 }),
      end: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(sizes, ({ extent, kernel, stride, dilation, begin, end }) => {
        const span = (kernel - 1) * dilation + 1;
        fc.pre(span <= extent + begin + end);
        const windows = read(
          { strides: [BigInt(stride)], dilations: [BigInt(dilation)], pads: [BigInt(begin), BigInt(end)] },
          [kernel],
        );
        let positions = 0;
        for (let at = -begin; at + span <= extent + end; at += stride) positions++;
        expect(slide(windows, 0, extent)).toBe(positions);
        expect(evaluateDimension(slide(windows, 0, 'l'), new Map([['l', extent]]))).toBe(positions);
      }),
      { seed: 5 },
    );
  });

  it('does not know positions of an unknown kernel', () => {
    expect(slide(read({}, [null]), 0, 8)).toBeNull();
  });

  it('refuses strides below 1', () => {
    expect(() => read({ strides: [0n] }, [3])).toThrow(MalformedNode);
  });
});
