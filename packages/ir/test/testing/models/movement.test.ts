import { test } from 'vitest';
import { MOVEMENT } from '../../../src/testing/models/movement.ts';
import { expectDeclared } from '../../support/expect-declared.ts';

test.each(Object.entries(MOVEMENT))('%s gives the shapes and bounds it declares', async (_, step) => {
  await expectDeclared(step);
});
