import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/codec/wire.ts';
import { readModelBytes, SenteiError, verify } from '../../src/index.ts';
import { modelMessage } from '../../src/testing/models/messages.ts';
import { codeOf, errorOf } from '../support/code-of.ts';
import { floatInfo, floatTensor, tinyBytes } from '../support/tiny-model.ts';

describe('readModelBytes', () => {
  it('links values to producers, uses, tensors and types', () => {
    const { graph, irVersion, opset } = readModelBytes(tinyBytes());
    const [add] = [...graph.nodes()];
    const [w] = [...graph.initializers];
    expect([irVersion, opset, graph.name, graph.nodeCount]).toEqual([8, 17, 'tiny', 1]);
    expect(add?.inputs).toEqual([graph.inputs[0], w]);
    expect(graph.outputs[0]?.producer).toBe(add);
    expect([...(w?.uses ?? [])]).toEqual([{ node: add, index: 1 }]);
    expect(w?.tensor?.numbers()).toEqual(Float64Array.from([1, 2]));
    expect(graph.inputs[0]?.type).toEqual({ kind: 'tensor', elementType: 'float32', shape: [2] });
  });

  it('sees captures in subgraphs as uses', () => {
    const branch = {
      name: 'b',
      node: [{ input: ['w'], output: ['i'], opType: 'Relu' }],
      output: [floatInfo('i')],
    };
    const attribute = ['then_branch', 'else_branch'].map((name) => ({ name, type: 5, g: branch }));
    const model = readModelBytes(
      tinyBytes({}, { node: [{ input: ['x'], output: ['y'], opType: 'If', attribute }] }),
    );
    const [w] = [...model.graph.initializers];
    expect(w?.consumers().map((node) => node.graph?.owner?.opType)).toEqual(['If', 'If']);
    expect(verify(model)).toEqual([]);
  });

  it.each([
    [3, false],
    [4, true],
  ])(
    'at IR version %i takes an initializer that is an input as overridable: %s',
    (irVersion, overridable) => {
      const model = readModelBytes(tinyBytes({ irVersion }, { input: [floatInfo('x'), floatInfo('w')] }));
      expect(model.graph.inputs[1]?.overridable).toBe(overridable);
      expect(verify(model)).toEqual([]);
    },
  );

  it('reads both spellings of the standard domain', () => {
    expect(readModelBytes(tinyBytes({ opsetImport: [{ domain: 'ai.onnx', version: 13 }] })).opset).toBe(13);
  });

  it.each([
    [0, 'unsupported-ir-version'],
    [15, 'unsupported-ir-version'],
    [99, 'unsupported-ir-version'],
    [-1, 'unsupported-ir-version'],
    [14, 'nothing thrown'],
  ])('IR version %i: %s', (irVersion, code) => {
    expect(codeOf(() => readModelBytes(tinyBytes({ irVersion })))).toBe(code);
  });

  it.each([
    [0, 'unsupported-opset'],
    [29, 'unsupported-opset'],
    [99, 'unsupported-opset'],
    [28, 'nothing thrown'],
    [7, 'nothing thrown'],
  ])('opset %i: %s', (version, code) => {
    expect(codeOf(() => readModelBytes(tinyBytes({ opsetImport: [{ version }] })))).toBe(code);
  });

  it('names the range of versions it reads', () => {
    expect(errorOf(() => readModelBytes(tinyBytes({ irVersion: 99 })))?.hint).toContain('1 to 14');
  });

  it.each([
    ['negative', [-4]],
    ['2^62 elements', [2 ** 31, 2 ** 31]],
    ['beyond numbers', [2 ** 62, 2 ** 62]],
  ])('refuses a tensor shape that is %s', (_, dims) => {
    const initializer = [{ name: 'w', dims, dataType: 1, rawData: new Uint8Array(4) }];
    const error = errorOf(() => readModelBytes(tinyBytes({}, { initializer })));
    expect(error?.code).toBe('invalid-graph');
    expect(error?.subject).toBe('w');
  });

  it('refuses data that does not fill its shape when it is asked for, without making room for it', () => {
    const initializer = [{ name: 'w', dims: [2 ** 40], dataType: 1, rawData: new Uint8Array(4) }];
    const [w] = [...readModelBytes(tinyBytes({}, { initializer })).graph.initializers];
    expect(errorOf(() => w?.tensor?.numbers())?.code).toBe('invalid-graph');
    expect(w?.tensor?.byteLength).toBe(2 ** 42);
  });

  it('refuses external data without a folder, and two attributes of one name', () => {
    const external = {
      ...floatTensor('w', [1]),
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'a' }],
    };
    expect(codeOf(() => readModelBytes(tinyBytes({}, { initializer: [external] })))).toBe('external-data');
    const attribute = [1, 2].map((i) => ({ name: 'axis', type: 2, i }));
    const node = [{ input: ['x'], output: ['y'], opType: 'Softmax', attribute }];
    expect(codeOf(() => readModelBytes(tinyBytes({}, { node })))).toBe('invalid-graph');
  });

  it('reads graphs that break the rules, and the verifier says which', () => {
    const problems = (graph: object) => verify(readModelBytes(tinyBytes({}, graph))).map(({ code }) => code);
    const add = { input: ['x', 'w'], output: ['y'], opType: 'Add' };
    expect(problems({ node: [{ ...add, input: ['x', 'nowhere'] }] })).toEqual(['undefined-value']);
    expect(
      problems({
        node: [
          { ...add, input: ['late', 'w'] },
          { ...add, output: ['late'] },
        ],
      }),
    ).toEqual(['out-of-order']);
    expect(problems({ node: [add, add] })).toEqual(['assigned-twice']);
    expect(problems({ node: [{ ...add, input: ['w'], output: ['x'] }, add] })).toEqual(['assigned-twice']);
    expect(problems({ node: [{ ...add, input: ['x'], output: ['w'] }, add] })).toEqual(['assigned-twice']);
    expect(problems({ initializer: [floatTensor('w', [1]), floatTensor('w', [2])] })).toEqual([
      'assigned-twice',
    ]);
    expect(problems({ output: [floatInfo('nowhere')] })).toEqual(['undefined-output']);
    expect(problems({ node: [{ ...add, domain: 'com.microsoft' }] })).toEqual(['missing-opset']);
  });

  it('takes types of attributes that old files leave out from the field that is set', () => {
    const attribute = [
      { name: 'f', f: 0 },
      { name: 'i', i: 0 },
      { name: 's', s: new Uint8Array() },
      { name: 'ints', ints: [1] },
      { name: 'none' },
    ];
    const model = readModelBytes(
      tinyBytes({}, { node: [{ input: ['x'], output: ['y'], opType: 'A', attribute }] }),
    );
    const [node] = [...model.graph.nodes()];
    expect([...(node?.attributes.values() ?? [])].map(({ kind }) => kind)).toEqual([
      'float',
      'int',
      'string',
      'ints',
      'other',
    ]);
    expect(node?.string('s')).toBe('');
  });

  it('answers damaged files with one kind of error', () => {
    const damaged = fc
      .record({ message: modelMessage, at: fc.nat(), byte: fc.nat(255), cut: fc.nat() })
      .map(({ message, at, byte, cut }) => {
        const bytes = encodeModel(message);
        bytes[at % bytes.length] = byte;
        return cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        try {
          verify(readModelBytes(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(SenteiError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
