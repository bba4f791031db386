import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { html, Markup, modelText } from '../../src/html/markup.ts';
import { visibleText } from '../../src/text/visible-text.ts';

test('values are text, markup stays, lists are joined, nothing is nothing', () => {
  const items = ['<b>', html`<i>x</i>`, 3];
  expect(html`<p title="${'"\''}">${items}${undefined}</p>`.toString()).toBe(
    '<p title="&quot;&#39;">&lt;b&gt;<i>x</i>3</p>',
  );
  expect(html`${Markup.trusted('<hr>')}`.toString()).toBe('<hr>');
});

test('whatever text is put in, a browser reads that text and no element', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { document } = parseHTML(html`<p title="${text}">${text}</p>`.toString());
      const paragraph = document.querySelector('p');
      expect(paragraph?.children).toHaveLength(0);
      expect(paragraph?.textContent).toBe(visibleText(text, 600));
      expect(paragraph?.getAttribute('title')).toBe(visibleText(text, 600));
    }),
  );
});

test('names of a model are cut and isolated', () => {
  expect(modelText('\u202e</script>', 20).toString()).toBe('<bdi>\ufffd&lt;/script&gt;</bdi>');
});
