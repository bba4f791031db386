import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  definePass,
  instantiatePipeline,
  type PipelineStep,
  parsePipeline,
  pipelineFromJson,
  pipelineSchema,
  pipelineToJson,
  printPipeline,
} from '../../src/index.ts';
import { codeOf, errorOf } from '../support/code-of.ts';

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,6}$/);
const value = fc.oneof(
  fc.stringMatching(/^[^\s=,{}]{1,8}$/),
  fc.constantFrom('true', '4.5e-5', '007', 'Infinity', '🌲', 'a/b.json'),
);
const steps: fc.Arbitrary<PipelineStep[]> = fc.array(
  fc.record({
    id: name,
    options: fc
      .uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 3 })
      .map((entries): Record<string, string> => Object.fromEntries(entries)),
  }),
  { maxLength: 4 },
);

const factory = definePass({
  id: 'acp',
  description: 'a pass with options',
  guarantee: 'exact',
  schema: z.object({
    block: z.number().default(128),
    on: z.boolean().default(false),
    mode: z.string().default('a'),
  }),
  *propose() {},
});

describe('parsePipeline', () => {
  it('undoes printPipeline', () => {
    fc.assert(
      fc.property(steps, (pipeline) => {
        expect(parsePipeline(printPipeline(pipeline))).toEqual(pipeline);
      }),
    );
  });

  it('reads commas, spaces and lines between options alike', () => {
    const expected = [
      { id: 'cleanup', options: {} },
      { id: 'acp', options: { a: '1', b: '🌲' } },
      { id: 'cleanup', options: {} },
    ];
    for (const text of ['cleanup, acp{a=1 b=🌲}, cleanup', ' cleanup,acp {a=1,b=🌲},\n cleanup{} ']) {
      expect(parsePipeline(text)).toEqual(expected);
    }
    expect(parsePipeline('  ')).toEqual([]);
  });

  it.each([
    'a,,b',
    'a,',
    'a{',
    'a}',
    'a{b}',
    'a{b=}',
    'a{=1}',
    'a{b=1 b=2}',
    'a{b=1}c',
    '1a',
    'a b',
    'a{b=c{d=1}}',
  ])('refuses %j', (text) => {
    const error = errorOf(() => parsePipeline(text));
    expect([error?.code, error?.hint?.includes('acp{')]).toEqual(['pipeline-syntax', true]);
  });

  it('answers any text with steps or one kind of error', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '{', '}', '=', ',', ' ', '1', '🌲') }), (text) => {
        expect(['nothing thrown', 'pipeline-syntax']).toContain(codeOf(() => parsePipeline(text)));
      }),
    );
  });
});

describe('the JSON form', () => {
  it('makes the same passes and survives JSON', () => {
    fc.assert(
      fc.property(steps, (pipeline) => {
        const json = pipelineToJson(pipeline);
        const read = pipelineSchema.parse(JSON.parse(JSON.stringify(json)));
        expect(pipelineToJson(pipelineFromJson(read))).toEqual(json);
        expect(parsePipeline(printPipeline(pipelineFromJson(read)))).toEqual(pipelineFromJson(read));
      }),
    );
  });

  it('has numbers and booleans', () => {
    expect(pipelineToJson(parsePipeline('acp{a=4.5e-5 b=true c=x d=Infinity}'))).toEqual([
      { pass: 'acp', options: { a: 4.5e-5, b: true, c: 'x', d: 'Infinity' } },
    ]);
    expect(pipelineFromJson([{ pass: 'acp' }])).toEqual([{ id: 'acp', options: {} }]);
  });

  it.each([
    [{ pass: 'two words' }],
    [{ pass: 'a', options: { path: 'with space' } }],
    [{ pass: 'a', options: { 'b c': 1 } }],
    [{ pass: 'a', options: { b: '' } }],
  ])('refuses what the text form cannot hold: %j', (step) => {
    expect(codeOf(() => pipelineFromJson([step as { pass: string }]))).toBe('pipeline-syntax');
  });
});

describe('instantiatePipeline', () => {
  it('makes passes with their options read', () => {
    const [pass] = instantiatePipeline(parsePipeline('acp{block=64 on=true}'), [factory]);
    expect([pass?.id, pass?.options]).toEqual(['acp', { block: 64, on: true, mode: 'a' }]);
  });

  it('names the passes there are when one is unknown', () => {
    const error = errorOf(() => instantiatePipeline(parsePipeline('apc'), [factory]));
    expect([error?.code, error?.subject, error?.hint]).toEqual(['unknown-pass', 'apc', 'the passes are acp']);
  });

  it.each([
    ['acp{blok=1}', 'unknown-option', 'blok'],
    ['acp{block=many}', 'invalid-option', 'block'],
    ['acp{on=1}', 'invalid-option', 'on'],
  ])('%s: %s', (text, code, subject) => {
    const error = errorOf(() => instantiatePipeline(parsePipeline(text), [factory]));
    expect([error?.code, error?.subject]).toEqual([code, subject]);
  });
});
