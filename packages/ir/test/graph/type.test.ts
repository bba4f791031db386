import { describe, expect, it } from 'vitest';
import { readType, writeType } from '../../src/graph/type.ts';
import { isTensorType, tensorType } from '../../src/index.ts';

describe('readType and writeType', () => {
  it('undo each other for tensors', () => {
    const types = [
      tensorType('float32'),
      tensorType('int64', []),
      tensorType('float16', [0, 'batch', null]),
      { kind: 'sparse-tensor', elementType: 'float64', shape: [3] } as const,
    ];
    for (const type of types) expect(readType(writeType(type) ?? {})).toEqual(type);
  });

  it('carry the message of other kinds', () => {
    const element = { tensorType: { elemType: 1 } };
    const messages = [
      ['sequence', { sequenceType: { elemType: element } }],
      ['map', { mapType: { keyType: 7, valueType: element } }],
      ['optional', { optionalType: { elemType: element } }],
      ['opaque', { opaqueType: { domain: 'd', name: 'n' } }],
      ['unknown', {}],
    ] as const;
    for (const [kind, message] of messages) {
      const type = readType(message);
      expect([type.kind, isTensorType(type), writeType(type)]).toEqual([kind, false, message]);
    }
    expect(writeType({ kind: 'map' })).toBeUndefined();
    expect(isTensorType(undefined)).toBe(false);
  });

  it('take -1 for an extent that is not known', () => {
    const dim = [{ dimValue: -1 }, { dimValue: 0 }, { dimParam: '' }];
    expect(readType({ tensorType: { elemType: 1, shape: { dim } } })).toEqual(
      tensorType('float32', [null, 0, null]),
    );
  });
});
