import { expect, test } from 'vitest';
import { STYLE } from '../../src/html/style.ts';

test('the style asks for nothing from elsewhere', () => {
  expect(STYLE).not.toMatch(/url\(|@import|https?:|</);
});

test('each colour of the light page has one on the dark page', () => {
  const [light = '', dark = ''] = [...STYLE.matchAll(/:root \{([^}]*--paper[^}]*)\}/g)].map(
    ([, text]) => text,
  );
  const names = (text: string) => [...text.matchAll(/(--[a-z]+): #/g)].map(([, name]) => name);
  expect(names(light).length).toBeGreaterThan(5);
  expect(names(dark)).toEqual(names(light));
});
