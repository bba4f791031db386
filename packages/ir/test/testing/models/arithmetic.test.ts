import { test } from 'vitest';
import { ARITHMETIC } from '../../../src/testing/models/arithmetic.ts';
import { expectDeclared } from '../../support/expect-declared.ts';

test.each(Object.entries(ARITHMETIC))('%s gives the shapes and bounds it declares', async (_, step) => {
  await expectDeclared(step);
});
