import { createTwoFilesPatch } from 'diff';

/** A text with the name it is shown by. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Milliseconds after which texts are too different to be compared line by line. */
const PATIENCE = 20_000;

/** A unified diff of two texts with three lines around each change; empty when they are equal. */
export function diffTexts(before: NamedText, after: NamedText): string {
  if (before.text === after.text) return '';
  const options = { context: 3, timeout: PATIENCE };
  const patch = createTwoFilesPatch(
    before.name,
    after.name,
    before.text,
    after.text,
    undefined,
    undefined,
    options,
  );
  if (patch === undefined)
    return `--- ${before.name}\n+++ ${after.name}\nthey differ too much to be compared line by line\n`;
  return patch.replace(/^=+\n/, '');
}
