import { instantiatePipeline, parsePipeline, runPipeline, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { CLEANUP_PASSES } from '../src/passes.ts';
import { operators, tinyModel } from './support/tiny.ts';

const context = {
  logger: { info: () => undefined, warn: () => undefined },
  judge: undefined,
  maxDrop: 0,
  progress: () => undefined,
};

describe('CLEANUP_PASSES', () => {
  it('lists each pass once, with a description', () => {
    const ids = CLEANUP_PASSES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, description } of CLEANUP_PASSES) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(description).not.toBe('');
    }
  });

  it('lets a pipeline name rules alone, with their options', async () => {
    const model = tinyModel({ x: ['n'] }, (b, [x]) => {
      b.op('Neg', [x as Value]);
      return [b.op('Mul', [b.op('Identity', [x as Value]), b.op('Neg', [b.float32([2])])])];
    });
    const steps = parsePipeline('eliminate-dead-code, fold-constants{limit=64 rounds=2}');
    const records = await runPipeline(model, instantiatePipeline(steps, CLEANUP_PASSES), context);
    expect(records.map(({ pass, patches }) => [pass, patches.length])).toEqual([
      ['eliminate-dead-code', 1],
      ['fold-constants', 1],
    ]);
    expect(operators(model)).toEqual(['Identity', 'Mul']);
  });
});
