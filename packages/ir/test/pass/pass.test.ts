import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePass } from '../../src/index.ts';
import { errorOf } from '../support/code-of.ts';

const factory = definePass({
  id: 'collapse',
  description: 'merges layers',
  guarantee: 'empirical',
  schema: z.object({ keep: z.int().min(1).default(4), correct: z.enum(['none', 'ridge']).default('ridge') }),
  *propose(_model, _context, { keep }) {
    yield { kind: 'refusal', name: `keep ${keep}`, nodes: [], reason: 'a test' };
  },
});

describe('definePass', () => {
  it('makes passes with defaults filled in and the options handed on', () => {
    const pass = factory({ keep: 2 });
    expect([pass.id, pass.description, pass.guarantee, pass.options]).toEqual([
      'collapse',
      'merges layers',
      'empirical',
      { keep: 2, correct: 'ridge' },
    ]);
    expect([factory.id, factory.description, Object.keys(factory.schema.shape)]).toEqual([
      'collapse',
      'merges layers',
      ['keep', 'correct'],
    ]);
    const proposals = pass.propose({} as never, {} as never) as Generator;
    expect(proposals.next().value).toMatchObject({ name: 'keep 2' });
  });

  it('names the option at fault and the options there are', () => {
    const unknown = errorOf(() => factory({ kept: 2 } as never));
    expect([unknown?.code, unknown?.subject, unknown?.hint]).toEqual([
      'unknown-option',
      'kept',
      'collapse takes keep, correct',
    ]);
    const invalid = errorOf(() => factory({ keep: 0 }));
    expect([invalid?.code, invalid?.subject]).toEqual(['invalid-option', 'keep']);
    expect(invalid?.message).toContain("option 'keep' of pass collapse is invalid");
    expect(errorOf(() => factory({ correct: 'lasso' } as never))?.code).toBe('invalid-option');
  });

  it('says so when a pass takes no options', () => {
    const bare = definePass({ ...factory, guarantee: 'exact', schema: z.object({}), *propose() {} });
    expect(errorOf(() => bare({ keep: 1 } as never))?.hint).toBe('collapse takes no options');
  });
});
