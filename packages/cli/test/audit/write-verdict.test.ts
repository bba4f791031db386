import { decideVerdict } from '@sentei/runtime';
import { expect, test } from 'vitest';
import type { Audit } from '../../src/audit/with-audit.ts';
import { writeVerdict } from '../../src/audit/write-verdict.ts';

test('each criterion is a line, and the verdict the last', () => {
  const lines: unknown[] = [];
  const audit: Audit = { log: undefined, append: (event, fields) => lines.push([event, fields]) };
  const figures = [{ quantity: 'drop', where: 'rows', value: 0.02, interval: null } as const];
  writeVerdict(audit, decideVerdict(figures, { maxDrop: 0.01, maxKl: 1 }));
  expect(lines).toMatchObject([
    ['criterion', { name: 'maxDrop', measured: 0.02, limit: 0.01, outcome: 'fail', where: 'rows' }],
    ['criterion', { name: 'maxKl', measured: null, outcome: 'unknown' }],
    ['verdict', { outcome: 'fail', budget: { maxDrop: 0.01, maxKl: 1 }, allowUnknown: false }],
  ]);
});
