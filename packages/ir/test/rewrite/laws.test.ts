import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyRules,
  explain,
  findMatches,
  type RewriteRule,
  removeUnread,
  rewriteRule,
  takeSnapshot,
  writeModelBytes,
} from '../../src/index.ts';
import { evaluate, makeModel, modelSpecs } from './random-graph.ts';
import { RULES } from './rules.ts';
import { faultsOf } from './support.ts';

const rules: fc.Arbitrary<RewriteRule[]> = fc
  .array(fc.tuple(fc.constantFrom(...RULES), fc.boolean()), { minLength: 1, maxLength: 4 })
  .map((chosen) => chosen.map(([fields, keepInterior]) => rewriteRule({ ...fields, keepInterior })));

describe('laws of rewriting', () => {
  it('leaves valid models that compute the same under the same names', () => {
    fc.assert(
      fc.property(modelSpecs, rules, fc.integer({ min: 1, max: 2 }), (spec, chosen, maximumRounds) => {
        const model = makeModel(spec);
        const before = [evaluate(model, 5, -3), evaluate(model, -8, 7)];
        applyRules(model, chosen, { maximumRounds });
        expect(faultsOf(model)).toEqual([]);
        expect([evaluate(model, 5, -3), evaluate(model, -8, 7)]).toEqual(before);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps a model when the replacement is the pattern', () => {
    fc.assert(
      fc.property(modelSpecs, (spec) => {
        const model = makeModel(spec);
        const same = [
          rewriteRule({
            name: 'same',
            pattern: (op, x) => op.Neg(op.Relu(x)),
            replace: (op, x) => op.Neg(op.Relu(x)),
          }),
          rewriteRule({
            name: 'same-pair',
            pattern: (op, x, y) => {
              const sum = op.Add(x, y);
              return [sum, op.Neg(sum)];
            },
            replace: (op, x, y) => {
              const sum = op.Add(x, y);
              return [sum, op.Neg(sum)];
            },
          }),
        ];
        // Outputs that a graph around theirs computes keep their names by an Identity.
        const operators = () =>
          [...model.graphs()].flatMap((graph) =>
            [...graph.nodes()].map(({ opType }) => opType).filter((opType) => opType !== 'Identity'),
          );
        for (const graph of model.graphs()) for (const node of graph.nodesBackwards()) removeUnread(node);
        const before = operators().sort();
        const computed = evaluate(model, 9, 4);
        applyRules(model, same);
        expect(operators().sort()).toEqual(before);
        expect(evaluate(model, 9, 4)).toEqual(computed);
        expect(faultsOf(model)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('is undone by a snapshot, to the byte', () => {
    fc.assert(
      fc.property(modelSpecs, rules, (spec, chosen) => {
        const model = makeModel(spec);
        const before = writeModelBytes(model);
        const undo = takeSnapshot(model);
        applyRules(model, chosen, { maximumRounds: 2 });
        undo();
        expect(writeModelBytes(model)).toEqual(before);
        expect(faultsOf(model)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('changes nothing by explaining, finding and trying', () => {
    fc.assert(
      fc.property(modelSpecs, rules, (spec, chosen) => {
        const model = makeModel(spec);
        const before = writeModelBytes(model);
        for (const rule of chosen) explain(model, rule);
        for (const found of findMatches(model, chosen)) found.refuse();
        expect(writeModelBytes(model)).toEqual(before);
        expect(faultsOf(model)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('agrees in finding, trying and applying', () => {
    fc.assert(
      fc.property(modelSpecs, rules, (spec, chosen) => {
        const model = makeModel(spec);
        for (const { refuse, apply } of findMatches(model, chosen)) {
          const wanted = refuse();
          expect(apply()).toBe(wanted);
        }
        expect(faultsOf(model)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
