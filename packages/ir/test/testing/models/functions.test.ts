import { expect, test } from 'vitest';
import { LOCAL_DOMAIN } from '../../../src/testing/models/control-flow.ts';
import { localFunctions } from '../../../src/testing/models/functions.ts';

test('the functions are of the local domain, one with an attribute that has a default', () => {
  const functions = localFunctions(19);
  expect(functions.map(({ domain, name }) => [domain, name])).toEqual([
    [LOCAL_DOMAIN, 'Scale'],
    [LOCAL_DOMAIN, 'Twice'],
  ]);
  const factor = functions[0]?.attributeDefaults.get('factor');
  expect([factor?.kind, factor?.kind === 'float' && factor.value]).toEqual(['float', 1.5]);
  expect(functions[0]?.opsetImports.get('')).toBe(19);
});
