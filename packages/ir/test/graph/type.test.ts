import { describe, expect, it } from 'vitest';
import type { TypeProto } from '../../src/codec/messages.ts';
import { readType, writeType } from '../../src/graph/type.ts';
import { isTensorType, tensorType, type ValueType } from '../../src/index.ts';

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

  it('undo each other for containers', () => {
    const floats = tensorType('float32', ['n', 2]);
    const types: ValueType[] = [
      { kind: 'sequence', element: floats },
      { kind: 'optional', element: { kind: 'sequence', element: floats } },
      { kind: 'map', key: 'int64', value: floats },
      { kind: 'opaque', domain: 'd', name: 'n' },
      { kind: 'opaque', domain: '', name: '' },
      { kind: 'unknown', message: {} },
    ];
    for (const type of types) {
      expect(readType(writeType(type) ?? {})).toEqual(type);
      expect(isTensorType(type)).toBe(false);
    }
    expect(writeType({ kind: 'sequence', element: { kind: 'unknown' } })).toEqual({ sequenceType: {} });
    expect(writeType({ kind: 'unknown' })).toBeUndefined();
    expect(isTensorType(undefined)).toBe(false);
  });

  it('read hostile nesting as a type that is only carried, and refuse to write what a pass nests', () => {
    let message: TypeProto = { tensorType: { elemType: 1 } };
    for (let i = 0; i < 100_000; i++) message = { sequenceType: { elemType: message } };
    const type = readType(message);
    let depth = 0;
    for (let inner = type; inner.kind === 'sequence'; inner = inner.element) depth++;
    expect(depth).toBe(33);
    let nested: ValueType = tensorType('float32');
    for (let i = 0; i < 100_000; i++) nested = { kind: 'sequence', element: nested };
    expect(() => writeType(nested)).toThrow(expect.objectContaining({ code: 'unsupported-model' }));
  });

  it('take -1 for an extent that is not known', () => {
    const dim = [{ dimValue: -1 }, { dimValue: 0 }, { dimParam: '' }];
    expect(readType({ tensorType: { elemType: 1, shape: { dim } } })).toEqual(
      tensorType('float32', [null, 0, null]),
    );
  });
});
