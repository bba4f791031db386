import { describe, expect, it } from 'vitest';
import type { AttributeProto } from '../../src/codec/messages.ts';
import {
  type Attribute,
  Graph,
  Model,
  Node,
  parseModel,
  printModel,
  printNode,
  Tensor,
  tensorType,
  Value,
} from '../../src/index.ts';
import { errorOf } from './support.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const graph = (name: string) => new Graph(name, [new Value('i', tensorType('bool', []))]);
const other = (message: AttributeProto): Attribute => ({ kind: 'other', message });
const print = (...attributes: [string, Attribute][]) =>
  printNode(new Node('Op', [], [new Value('y')], { attributes }));

describe('attributes', () => {
  it.each<[string, Attribute]>([
    ['float = 0.1', { kind: 'float', value: Math.fround(0.1) }],
    ['float = -0.0', { kind: 'float', value: -0 }],
    ['float = nan', { kind: 'float', value: Number.NaN }],
    ['int = -9223372036854775808', { kind: 'int', value: -(2n ** 63n) }],
    ['string = "a \\"b\\""', { kind: 'string', value: bytes('a "b"') }],
    ['string = e"\\udcff"', { kind: 'string', value: Uint8Array.of(0xff) }],
    ['tensor = int64[1] {5}', { kind: 'tensor', value: Tensor.int64([5]) }],
    ['floats = [1, inf]', { kind: 'floats', value: [1, Number.POSITIVE_INFINITY] }],
    ['floats = []', { kind: 'floats', value: [] }],
    ['ints = [1, 9007199254740993]', { kind: 'ints', value: [1n, 2n ** 53n + 1n] }],
    ['strings = ["", "größe"]', { kind: 'strings', value: [bytes(''), bytes('größe')] }],
    [
      'tensors = [bool {1}, bool[0] {}]',
      { kind: 'tensors', value: [Tensor.bool([true], []), Tensor.bool([])] },
    ],
    ['graphs = []', { kind: 'graphs', value: [] }],
    ['int = @alpha', other({ type: 2, refAttrName: 'alpha' })],
    ['graphs = @"odd name"', other({ type: 10, refAttrName: 'odd name' })],
    [
      'type_proto = seq(float[])',
      other({ type: 13, tp: { sequenceType: { elemType: { tensorType: { elemType: 1 } } } } }),
    ],
    ['type_protos = [unknown]', other({ type: 14, typeProtos: [{}] })],
    ['sparse_tensor = sparse [4] (?, ?)', other({ type: 11, sparseTensor: { dims: [4] } })],
    ['sparse_tensors = []', other({ type: 12 })],
    ['undefined = {"i":"5","type":99}', other({ type: 99, i: 5 })],
    [
      'undefined = {"g":{"name":"a\tb","docString":e"\\r\\"\\\\"},"strings":["/w=="],"type":99}',
      other({ type: 99, g: { name: 'a\tb', docString: '\r"\\' }, strings: [Uint8Array.of(0xff)] }),
    ],
  ])('%s', (text, attribute) => {
    const line = print(['a', attribute]);
    expect(line).toBe(`y = Op <a: ${text}> ()`);
    const model = parseModel(`g () => () { ${line} }`);
    expect([...model.graph.nodes()].map((node) => printNode(node))).toEqual([line]);
  });

  it('without a type are references', () => {
    expect(print(['a', other({ refAttrName: 'alpha' })])).toBe('y = Op <a = @alpha> ()');
  });

  it('may have odd names', () => {
    const attribute: Attribute = { kind: 'int', value: 1n };
    expect(print(['a b', attribute], ['', attribute], ['float', attribute])).toBe(
      'y = Op <"a b": int = 1, "": int = 1, float: int = 1> ()',
    );
  });

  it('follow the inputs, one to a line, where one is long', () => {
    const named = Tensor.floats([1]).withMetadata(new Map([['k', 'v']]));
    const text = print(
      ['body', { kind: 'graph', value: graph('yes') }],
      ['list', { kind: 'graphs', value: [graph('a b'), graph('float')] }],
      ['value', { kind: 'tensor', value: named }],
      ['n', { kind: 'int', value: 1n }],
    );
    expect(text).toBe(
      [
        'y = Op () <',
        '   body: graph = yes (bool i) => ()',
        '   {',
        '   },',
        '   list: graphs = [',
        '      "a b" (bool i) => ()',
        '      {',
        '      },',
        '      "float" (bool i) => ()',
        '      {',
        '      }',
        '   ],',
        '   value: tensor = float[1] {1}, #@ metadata_props: ["k": "v"]',
        '   n: int = 1',
        '>',
      ].join('\n'),
    );
    const [again] = parseModel(`g () => () { ${text} }`).graph.nodes();
    expect(again && printNode(again)).toBe(text);
  });

  it('keep the annotations of tensors in lists and in sparse tensors', () => {
    const values = { dims: [1], dataType: 1, rawData: new Uint8Array(4), docString: 'v' };
    const text = print(
      [
        'list',
        {
          kind: 'tensors',
          value: [Tensor.bool([true]).withMetadata(new Map([['k', 'v']])), Tensor.bool([])],
        },
      ],
      ['sparse', other({ type: 11, sparseTensor: { dims: [4], values } })],
    );
    expect(text).toBe(
      [
        'y = Op () <',
        '   list: tensors = [',
        '      bool[1] {1}, #@ metadata_props: ["k": "v"]',
        '      bool[0] {}',
        '   ],',
        '   sparse: sparse_tensor = sparse [4] (',
        '      float[1] {0}, #@ doc_string: "v"',
        '      ?',
        '   )',
        '>',
      ].join('\n'),
    );
    const [again] = parseModel(`g () => () { ${text} }`).graph.nodes();
    expect(again && printNode(again)).toBe(text);
  });
});

describe('nested graphs', () => {
  const nested = (depth: number, kind: 'graph' | 'graphs') => {
    let inner = new Graph('inner', []);
    for (let level = 1; level < depth; level++) {
      const outer = new Graph('g', []);
      const attribute: Attribute = kind === 'graph' ? { kind, value: inner } : { kind, value: [inner] };
      outer.append(new Node('If', [], [new Value('y')], { attributes: [['body', attribute]] }));
      inner = outer;
    }
    return new Model(inner, []);
  };

  it.each(['graph', 'graphs'] as const)('of the kind %s are printed as deeply as they are read', (kind) => {
    const text = printModel(nested(64, kind));
    expect(printModel(parseModel(text))).toBe(text);
    expect(errorOf(() => printModel(nested(65, kind))).code).toBe('unsupported-model');
    expect(errorOf(() => printModel(nested(100_000, kind))).code).toBe('unsupported-model');
  });
});
