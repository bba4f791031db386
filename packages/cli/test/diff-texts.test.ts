import { expect, test } from 'vitest';
import { diffTexts } from '../src/diff-texts.ts';

const lines = (change = '') => ['a', 'b', 'c', 'd', `e${change}`, 'f', 'g', 'h', 'i', ''].join('\n');

test('changes are shown with three lines around them', () => {
  const diff = diffTexts({ name: 'old', text: lines() }, { name: 'new', text: lines('!') });
  expect(diff).toBe('--- old\n+++ new\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+e!\n f\n g\n h\n');
});

test('equal texts have no difference', () => {
  expect(diffTexts({ name: 'a', text: lines() }, { name: 'b', text: lines() })).toBe('');
});
