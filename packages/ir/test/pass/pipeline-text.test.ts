import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PipelineStep, parsePipeline, printPipeline } from '../../src/index.ts';
import { codeOf, errorOf } from '../support/code-of.ts';
import { pipelineSteps } from '../support/random-pipeline.ts';

describe('parsePipeline', () => {
  it('undoes printPipeline', () => {
    fc.assert(
      fc.property(pipelineSteps, (pipeline) => {
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
    'a{b="}',
    'a{b="\\"}',
    'a{b="\\x"}',
    'a{b="1"c=2}',
    'a{b=[1}',
    'a{b=[1 2]}',
    'a{b=[{"c":1}]}',
    'a(b',
    'a)b',
    'a(b))',
    'a(b,)',
    'a()(b)',
    'a(b}',
    'a(b){c=1}',
    '@acme/passes',
    '../x:y',
    '/abs:y',
    'file:///x:y',
    'pkg:a:b',
    '.pkg:a',
  ])('refuses %j', (text) => {
    const error = errorOf(() => parsePipeline(text));
    expect([error?.code, error?.hint?.includes('acp{')]).toEqual(['pipeline-syntax', true]);
  });

  it('answers any text with steps or one kind of error', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('a', '{', '}', '(', ')', '[', '"', '\\', ':', '=', ',', ' ', '1', '🌲'),
        }),
        (text) => {
          expect(['nothing thrown', 'pipeline-syntax']).toContain(codeOf(() => parsePipeline(text)));
        },
      ),
    );
  });

  it('reads groups, passes of packages, strings and lists', () => {
    const text =
      'repeat{rounds=3}(fold, group(@acme/passes:fuse{kinds=["gelu", "silu"] note="a, b"})), empty()';
    const steps = parsePipeline(text);
    const fuse = { id: '@acme/passes:fuse', options: { kinds: '["gelu", "silu"]', note: '"a, b"' } };
    expect(steps).toEqual([
      {
        id: 'repeat',
        options: { rounds: '3' },
        steps: [
          { id: 'fold', options: {} },
          { id: 'group', options: {}, steps: [fuse] },
        ],
      },
      { id: 'empty', options: {}, steps: [] },
    ]);
    expect(printPipeline(steps)).toBe(text);
  });

  it('refuses groups and lists that are nested too deep, and reads long pipelines', () => {
    const nested = (depth: number) => `${'a('.repeat(depth)}b${')'.repeat(depth)}`;
    expect(printPipeline(parsePipeline(nested(32)))).toBe(nested(32));
    for (const text of [nested(33), nested(100_000), 'a('.repeat(100_000), `a{b=${'['.repeat(100_000)}}`]) {
      expect(codeOf(() => parsePipeline(text))).toBe('pipeline-syntax');
    }
    let steps: PipelineStep[] = [];
    for (let depth = 0; depth < 100_000; depth++) steps = [{ id: 'a', options: {}, steps }];
    expect(codeOf(() => printPipeline(steps))).toBe('pipeline-syntax');
    expect(parsePipeline(Array(50_000).fill('a{b=1}').join(','))).toHaveLength(50_000);
    expect(codeOf(() => parsePipeline(`a{b="${'\\\\'.repeat(100_000)}`))).toBe('pipeline-syntax');
  });
});
