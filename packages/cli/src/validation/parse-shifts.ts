import { SenteiError } from '@sentei/ir';

/** One way to shift the data: a change of the held-out rows, or other data. */
export type Shift =
  | { readonly kind: 'noise'; readonly text: string; readonly rate: number | undefined }
  | { readonly kind: 'truncate'; readonly text: string; readonly keep: number | undefined }
  | { readonly kind: 'other'; readonly text: string; readonly path: string };

/**
 * Reads `--shift`: parts with commas between, each `noise=0.05`, `truncate=0.5` (both also without a number), or the file of
 * another dataset card or text.
 *
 * @throws SenteiError `invalid-option`
 */
export function parseShifts(text: string): readonly Shift[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) throw invalid(text, 'no shift is given');
  const twice = parts.find((part, index) => parts.indexOf(part) < index);
  if (twice !== undefined) throw invalid(twice, `shift '${twice}' is given twice`);
  return parts.map(parseShift);
}

function parseShift(text: string): Shift {
  const [, name = '', digits] = /^([a-z]+)(?:=(.*))?$/.exec(text) ?? [];
  if (name === 'noise') return { kind: 'noise', text, rate: parseShare(text, digits) };
  if (name === 'truncate') return { kind: 'truncate', text, keep: parseShare(text, digits) };
  if (name === '' && /[./\\]/.test(text)) return { kind: 'other', text, path: text };
  throw invalid(text, `'${text}' is no shift`);
}

function parseShare(text: string, digits: string | undefined): number | undefined {
  if (digits === undefined) return undefined;
  const share = digits.trim() === '' ? Number.NaN : Number(digits);
  if (share > 0 && share <= 1) return share;
  throw invalid(text, `'${text}' needs a number above 0 and up to 1`);
}

function invalid(subject: string, message: string): SenteiError {
  return new SenteiError('invalid-option', message, {
    subject,
    hint: 'write noise=0.05, truncate=0.5 or the path of another card or text, with commas between',
  });
}
