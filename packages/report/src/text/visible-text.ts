import { formatCount } from './format.ts';

/** What reorders the text around it on a page: marks, embeddings, overrides and isolates of direction. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Halves of surrogate pairs, which UTF-8 cannot write. */
const LONE_SURROGATES = /\p{Cs}/gu;

/**
 * Text of a model as it can be shown: on one line, what controls a page or the direction of its text made visible, and of
 * very long text the beginning with the length of the whole.
 *
 * @param most characters that are shown
 */
export function visibleText(text: string, most = 160): string {
  const beginning = text.length > 2 * most ? [...text.slice(0, 2 * most)] : [...text];
  const isCut = text.length > 2 * most || beginning.length > most;
  const shown = beginning
    .slice(0, most)
    .join('')
    .replaceAll(/[\t\n\r\u2028\u2029]+/gu, ' ')
    .replaceAll(/\p{Cc}/gu, '\ufffd')
    .replaceAll(DIRECTION, '\ufffd')
    .replaceAll(LONE_SURROGATES, '\ufffd');
  return isCut ? `${shown}… (${formatCount(text.length)} characters)` : shown;
}
