import { expect, test } from 'vitest';
import { drawPasses } from '../../src/terminal/pass-tables.ts';
import { passRecord, patchRecord } from '../support/report.ts';

test('passes are listed with what they decided, equal reasons together, what was done first', () => {
  const refused = (name: string) => patchRecord({ name, decision: 'refused', reason: 'it is too small' });
  const table = drawPasses([
    passRecord('acp', [refused('a'), refused('b'), patchRecord({ name: 'c', reason: 'proven' })]),
    passRecord('tidy', [], { place: '2', counters: { folded: 1200, seen: 3 } }),
  ]);
  expect(table).toBe(
    `
┌───────────┬─────────┬──────────┬─────────┬──────────┬────────────┬─────────┬────────┐
│ pass      │ applied │ reverted │ refused │    nodes │ parameters │ weights │   time │
├───────────┼─────────┼──────────┼─────────┼──────────┼────────────┼─────────┼────────┤
│ 1 acp     │       1 │        0 │       2 │ 12 -> 10 │      2,000 │  8.0 KB │  1.2 s │
│ 2 tidy    │       0 │        0 │       0 │ 12 -> 10 │      2,000 │  8.0 KB │  1.2 s │
│ verifying │         │          │         │          │            │         │ 200 ms │
└───────────┴─────────┴──────────┴─────────┴──────────┴────────────┴─────────┴────────┘
2 tidy: folded 1,200, seen 3
┌───────┬──────────┬───────┬─────────────────┐
│ pass  │ decision │ patch │ reason          │
├───────┼──────────┼───────┼─────────────────┤
│ 1 acp │ applied  │ c     │ proven          │
│ 1 acp │ refused  │ a; b  │ it is too small │
└───────┴──────────┴───────┴─────────────────┘
`.trimStart(),
  );
});

test('long lists are cut', () => {
  const patches = Array.from({ length: 30 }, (_, index) =>
    patchRecord({ name: `p${index}`, decision: 'reverted', reason: `loss ${index}` }),
  );
  const table = drawPasses([passRecord('collapse', patches)]);
  expect(table).toContain('loss 7');
  expect(table).not.toContain('loss 8');
  expect(table).toMatch(/and 22 more +│ see the report/);
});

test('an empty pipeline is said to be one', () => {
  expect(drawPasses([])).toBe('no passes: the pipeline is empty\n');
});

test('the runs of one pass are one row, with what they changed together', () => {
  const runs = [1, 2, 3].map((run) => passRecord('fold', [patchRecord()], { place: '2.1', run }));
  const idle = {
    before: { nodes: 9, parameters: 5, bytes: 2 },
    after: { nodes: 9, parameters: 5, bytes: 4 },
  };
  const table = drawPasses([
    passRecord('tidy', []),
    ...runs,
    passRecord('fold', [], { ...idle, place: '2.1', run: 4 }),
  ]);
  expect(table).toMatch(/│ 2\.1 fold, 4 runs │ +3 │ +0 │ +0 │ +-6 │ +±0 │ +\+2 B │ +4\.8 s │/);
});
