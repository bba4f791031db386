import type { FunctionProto } from '../../codec/messages.ts';
import { readModelBytes } from '../../codec/read-model.ts';
import { encodeModel } from '../../codec/wire.ts';
import type { FunctionDefinition } from '../../graph/model.ts';
import { LOCAL_DOMAIN } from './control-flow.ts';

/** Two functions of one float input: `Scale` by its attribute `factor` (1.5 by default), and `Twice`. */
export function localFunctions(opset: number): FunctionDefinition[] {
  const opsetImport = [{ domain: '', version: opset }];
  const functions: FunctionProto[] = [
    {
      name: 'Scale',
      domain: LOCAL_DOMAIN,
      input: ['a'],
      output: ['c'],
      attributeProto: [{ name: 'factor', type: 1, f: 1.5 }],
      node: [
        {
          opType: 'Constant',
          output: ['b'],
          attribute: [{ name: 'value_float', type: 1, refAttrName: 'factor' }],
        },
        { opType: 'Mul', input: ['a', 'b'], output: ['c'] },
      ],
      opsetImport,
    },
    {
      name: 'Twice',
      domain: LOCAL_DOMAIN,
      input: ['a'],
      output: ['b'],
      node: [
        { opType: 'Identity', input: ['a'], output: ['same'] },
        { opType: 'Add', input: ['a', 'same'], output: ['b'] },
      ],
      opsetImport,
    },
  ];
  const message = {
    irVersion: 9,
    opsetImport: [...opsetImport, { domain: LOCAL_DOMAIN, version: 1 }],
    graph: { name: 'none' },
    functions,
  };
  return readModelBytes(encodeModel(message)).functions;
}
