import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  definePass,
  instantiatePipeline,
  isPassGroup,
  type PipelineStep,
  parsePipeline,
} from '../../src/index.ts';
import { codeOf, errorOf } from '../support/code-of.ts';

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

  it('makes groups of passes', () => {
    const [pass] = instantiatePipeline(
      parsePipeline('repeat{rounds=3}(acp, group{name="a b"}(acp{block=1}))'),
      [factory],
    );
    expect(pass && isPassGroup(pass) && [pass.rounds, pass.passes.map(({ id }) => id)]).toEqual([
      3,
      ['acp', 'group'],
    ]);
  });

  it.each([
    ['repeat', 'pipeline-syntax'],
    ['acp(acp)', 'pipeline-syntax'],
    ['apc(acp)', 'unknown-pass'],
    ['repeat(apc)', 'unknown-pass'],
    ['repeat{rounds=0}(acp)', 'invalid-option'],
    ['repeat{round=1}(acp)', 'unknown-option'],
  ])('refuses %s: %s', (text, code) => {
    expect(codeOf(() => instantiatePipeline(parsePipeline(text), [factory]))).toBe(code);
  });

  it('refuses steps that are nested too deep', () => {
    let steps: PipelineStep[] = [];
    for (let depth = 0; depth < 100_000; depth++) steps = [{ id: 'repeat', options: {}, steps }];
    expect(codeOf(() => instantiatePipeline(steps, [factory]))).toBe('pipeline-syntax');
  });
});
