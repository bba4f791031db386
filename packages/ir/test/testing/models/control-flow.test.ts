import { test } from 'vitest';
import { CONTROL_FLOW } from '../../../src/testing/models/control-flow.ts';
import { expectDeclared } from '../../support/expect-declared.ts';

test.each(Object.entries(CONTROL_FLOW))('%s gives the shapes and bounds it declares', async (_, step) => {
  await expectDeclared(step);
});
