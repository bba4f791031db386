import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type PipelineJsonStep,
  type PipelineStep,
  parsePipeline,
  pipelineFromJson,
  pipelineSchema,
  pipelineToJson,
  printPipeline,
  readPipelineJson,
} from '../../src/index.ts';
import { codeOf } from '../support/code-of.ts';
import { pipelineJson, pipelineSteps } from '../support/random-pipeline.ts';

describe('the JSON form', () => {
  it('comes back from text', () => {
    fc.assert(
      fc.property(pipelineJson, (json) => {
        const text = printPipeline(pipelineFromJson(json));
        expect(pipelineToJson(parsePipeline(text))).toEqual(json);
      }),
    );
  });

  it('makes the same passes as the text it was made from, and survives JSON', () => {
    fc.assert(
      fc.property(pipelineSteps, (steps) => {
        const json = JSON.parse(JSON.stringify(pipelineToJson(steps)));
        expect(pipelineSchema.parse(json)).toEqual(json);
        const read = readPipelineJson(json);
        expect(JSON.parse(JSON.stringify(pipelineToJson(read)))).toEqual(json);
        expect(parsePipeline(printPipeline(read))).toEqual(read);
      }),
    );
  });

  it('has numbers, booleans, texts and lists', () => {
    expect(
      pipelineToJson(parsePipeline('acp{a=4.5e-5 b=true c=x d=Infinity e="1" f=[1,"b"] g=null}')),
    ).toEqual([
      { pass: 'acp', options: { a: 4.5e-5, b: true, c: 'x', d: 'Infinity', e: '1', f: [1, 'b'], g: null } },
    ]);
    expect(pipelineFromJson([{ pass: 'acp' }])).toEqual([{ id: 'acp', options: {} }]);
    const options = { path: 'with space', none: '', count: 3, digits: '3', on: 'true' };
    expect(printPipeline(pipelineFromJson([{ pass: 'a', options }]))).toBe(
      'a{path="with space" none="" count=3 digits="3" on="true"}',
    );
  });

  it.each([
    [{ pass: 'two words' }],
    [{ pass: '../x' }],
    [{ pass: 'a', options: { 'b c': 1 } }],
    [{ pass: 'a', options: { b: Number.NaN } }],
    [{ pass: 'a', passes: [{ pass: '1' }] }],
  ])('refuses what the text form cannot hold: %j', (step: PipelineJsonStep) => {
    expect(codeOf(() => pipelineFromJson([step]))).toBe('pipeline-syntax');
  });

  it.each([
    [null],
    [{}],
    [[{}]],
    [[{ pass: 1 }]],
    [[{ pass: 'a', option: {} }]],
    [[{ pass: 'a', options: { b: {} } }]],
    [[{ pass: 'a', options: { b: [{}] } }]],
    [[{ pass: 'a', passes: {} }]],
  ])('refuses JSON that is no pipeline: %j', (json) => {
    expect(codeOf(() => readPipelineJson(json))).toBe('pipeline-syntax');
  });

  it('refuses groups that are nested too deep', () => {
    const nest = (depth: number) => {
      let json: PipelineJsonStep[] = [];
      for (let level = 0; level < depth; level++) json = [{ pass: 'a', passes: json }];
      return json;
    };
    expect(readPipelineJson(nest(32))).toHaveLength(1);
    expect(codeOf(() => readPipelineJson(nest(50)))).toBe('pipeline-syntax');
    expect(codeOf(() => readPipelineJson(nest(100_000)))).toBe('pipeline-syntax');
    expect(codeOf(() => pipelineFromJson(nest(100_000)))).toBe('pipeline-syntax');
    let steps: PipelineStep[] = [];
    for (let depth = 0; depth < 100_000; depth++) steps = [{ id: 'a', options: {}, steps }];
    expect(codeOf(() => pipelineToJson(steps))).toBe('pipeline-syntax');
  });

  it('refuses options that are written wrong', () => {
    expect(codeOf(() => pipelineToJson([{ id: 'a', options: { b: '"' } }]))).toBe('pipeline-syntax');
  });
});
