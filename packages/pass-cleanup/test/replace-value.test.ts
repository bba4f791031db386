import { tensorType } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { canReplace, inheritMetadata, replaceValue } from '../src/replace-value.ts';
import { takeSurvey } from '../src/survey.ts';
import { operators, tinyModel } from './support/tiny.ts';

function chain() {
  const model = tinyModel({ x: [2] }, (b, [x]) => {
    const a = b.op('Abs', [x ?? null]);
    const same = b.op('Identity', [a]);
    return [b.op('Neg', [same])];
  });
  const [abs, identity, neg] = [...model.graph.nodes()].flatMap((node) => node.outputs);
  if (!abs || !identity || !neg) throw new Error('three nodes were built');
  return { model, abs, identity, neg, x: model.graph.inputs[0] };
}

describe('replaceValue', () => {
  it('moves readers, takes the node out, and keeps type and metadata that only the replaced value had', () => {
    const { model, abs, identity } = chain();
    identity.type = tensorType('float32', ['n']);
    identity.metadataProps.set('origin', 'layer 1');
    expect(canReplace(identity, abs, takeSurvey(model))).toBe(true);
    replaceValue(identity, abs);
    expect(operators(model)).toEqual(['Abs', 'Neg']);
    expect(abs.shape).toEqual(['n']);
    expect(abs.metadataProps.get('origin')).toBe('layer 1');
  });

  it('does not touch a type that is known', () => {
    const { abs, identity } = chain();
    abs.type = tensorType('float32', [2]);
    identity.type = tensorType('float32', ['n']);
    replaceValue(identity, abs);
    expect(abs.shape).toEqual([2]);
  });

  it('hands the name of a graph output on', () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => [b.op('Identity', [b.op('Abs', [x ?? null])])]);
    const [abs, identity] = [...model.graph.nodes()].flatMap((node) => node.outputs);
    if (!abs || !identity) throw new Error('two nodes were built');
    const name = identity.name;
    identity.metadataProps.set('kind', 'output');
    abs.metadataProps.set('inner', 'kept');
    expect(canReplace(identity, abs, takeSurvey(model))).toBe(true);
    replaceValue(identity, abs);
    expect(model.graph.outputs.map((output) => output.name)).toEqual([name]);
    expect([...abs.metadataProps]).toEqual([
      ['kind', 'output'],
      ['inner', 'kept'],
    ]);
  });

  it('refuses graph outputs that need a node of their own', () => {
    const { model, neg, abs, x } = chain();
    if (!x) throw new Error('the model has an input');
    expect(canReplace(neg, x, takeSurvey(model))).toBe(false);
    model.graph.setOutputs([neg, abs]);
    expect(canReplace(neg, abs, takeSurvey(model))).toBe(false);
    model.graph.setOutputs([neg, neg]);
    expect(canReplace(neg, abs, takeSurvey(model))).toBe(false);
  });

  it('refuses values that annotations mention', () => {
    const { model, identity, abs } = chain();
    model.graph.quantizationAnnotations = [{ tensorName: identity.name, parameters: new Map() }];
    expect(canReplace(identity, abs, takeSurvey(model))).toBe(false);
  });
});

describe('inheritMetadata', () => {
  it('copies entries that are missing and no others', () => {
    const to = { metadataProps: new Map([['a', '1']]) };
    inheritMetadata(
      {
        metadataProps: new Map([
          ['a', '2'],
          ['b', '3'],
        ]),
      },
      to,
    );
    expect([...to.metadataProps]).toEqual([
      ['a', '1'],
      ['b', '3'],
    ]);
  });
});
