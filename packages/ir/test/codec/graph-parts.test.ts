import { describe, expect, it } from 'vitest';
import { sliceOf } from '../../src/codec/cursor.ts';
import { FunctionParts, GraphParts } from '../../src/codec/graph-parts.ts';

describe('GraphParts', () => {
  it('sorts fields into lists, whatever their order, and keeps what it does not know', () => {
    // An output, a node, the name, a node, field 100, and a node field of the wrong wire type.
    const bytes = [0x62, 0, 0x0a, 0, 0x12, 1, 103, 0x0a, 0, 0xa0, 6, 1, 0x08, 5];
    const parts = new GraphParts(sliceOf(Uint8Array.from(bytes)));
    expect([parts.nodes.length, parts.outputs.length, parts.name]).toEqual([2, 1, 'g']);
    expect(parts.remainder.map(({ number }) => number)).toEqual([100, 1]);
  });

  it('keeps a name that is there but empty', () => {
    const { remainder } = new GraphParts(sliceOf(Uint8Array.from([0x12, 0])));
    expect(remainder.map(({ bytes }) => [...bytes])).toEqual([[0x12, 0]]);
  });
});

describe('FunctionParts', () => {
  it('reads names and leaves nodes encoded', () => {
    const bytes = [
      0x0a, 1, 102, 0x22, 1, 120, 0x2a, 1, 121, 0x32, 1, 97, 0x3a, 0, 0x52, 1, 100, 0x6a, 0, 0x42, 1, 99,
    ];
    const parts = new FunctionParts(sliceOf(Uint8Array.from(bytes)));
    expect([parts.name, parts.domain, parts.overload]).toEqual(['f', 'd', '']);
    expect([parts.inputs, parts.outputs, parts.attributeNames, parts.nodes.length]).toEqual([
      ['x'],
      ['y'],
      ['a'],
      1,
    ]);
    expect(parts.remainder.map(({ number }) => number)).toEqual([13, 8]);
  });
});
