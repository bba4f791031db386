import { describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/codec/wire.ts';
import { readModelBytes, tensorType, writeModelBytes } from '../../src/index.ts';
import { codeOf } from '../support/code-of.ts';
import { floatInfo, tinyBytes } from '../support/tiny-model.ts';

const INFO = { ...floatInfo('x', ['n']), docString: 'ids', metadataProps: [{ key: 'a', value: 'b' }] };

describe('ValueInfo', () => {
  it('keeps doc string and metadata when the value gets another name or type', () => {
    const model = readModelBytes(tinyBytes({}, { input: [INFO] }));
    const [x] = model.graph.inputs;
    if (x === undefined) throw new Error('no input');
    x.name = 'ids';
    const [renamed] = decodeModel(writeModelBytes(model)).graph?.input ?? [];
    expect([renamed?.name, renamed?.docString, renamed?.metadataProps?.[0]?.value]).toEqual([
      'ids',
      'ids',
      'b',
    ]);
    expect(renamed?.type?.tensorType?.shape?.dim?.[0]?.dimParam).toBe('n');
    x.type = tensorType('int64', [3]);
    const again = readModelBytes(writeModelBytes(model)).graph.inputs[0];
    expect([again?.type, [...(again?.metadataProps ?? [])]]).toEqual([
      tensorType('int64', [3]),
      [['a', 'b']],
    ]);
  });

  it('writes changed metadata', () => {
    const model = readModelBytes(tinyBytes({}, { input: [INFO] }));
    model.graph.inputs[0]?.metadataProps.set('a', 'c');
    const [x] = readModelBytes(writeModelBytes(model)).graph.inputs;
    expect([[...(x?.metadataProps ?? [])], x?.shape]).toEqual([[['a', 'c']], ['n']]);
  });

  it('refuses a type that breaks off, when the file is read and not later', () => {
    const bytes = tinyBytes({}, { input: [{ name: 'x', type: { denotation: 'XYZW' } }] });
    // The denotation becomes a tensor type of four bytes whose inner field is longer than it.
    const at = Buffer.from(bytes).indexOf('XYZW');
    bytes.set([0x0a, 4, 0x12, 9, 0x08, 1], at - 2);
    expect(codeOf(() => readModelBytes(bytes))).toBe('not-onnx');
  });
});
