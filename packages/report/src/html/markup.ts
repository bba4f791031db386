import { visibleText } from '../text/visible-text.ts';

/** What may be put into a page: markup stays, everything else is text. */
export type Content = Markup | string | number | undefined | readonly Content[];

/** Markup that is whole and safe: made by `html`, or by something that escapes as it does. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Takes markup as it is: only for what is written in this package or serialized by a DOM. */
  static trusted(text: string): Markup {
    return new Markup(text);
  }

  toString(): string {
    return this.#text;
  }
}

/**
 * Template for markup: `html\`<td>${name}</td>\`` escapes `name`, for elements and for quoted attributes alike, and takes
 * from it what controls a page or the direction of its text. Nothing on a page is as long as what is cut here.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const parts = strings.map((text, index) => (index === 0 ? text : `${render(values[index - 1])}${text}`));
  return Markup.trusted(parts.join(''));
}

/** Text of a model: cut where it is very long, and kept from changing the direction of what stands around it. */
export function modelText(text: string, most?: number): Markup {
  return html`<bdi>${visibleText(text, most)}</bdi>`;
}

const LONGEST = 600;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function render(content: Content): string {
  if (content instanceof Markup) return content.toString();
  if (content === undefined) return '';
  if (typeof content === 'object') return content.map(render).join('');
  return visibleText(String(content), LONGEST).replaceAll(
    /[&<>"']/g,
    (character) => ENTITIES[character] ?? character,
  );
}
