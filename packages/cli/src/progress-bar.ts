const MOST_CELLS = 30;
const FEWEST_CELLS = 5;
/** What a message leaves to the bar. */
const ENOUGH_CELLS = 10;
const LONGEST_TITLE = 40;

/** What a bar on one line of a terminal shows. */
export interface BarState {
  readonly title: string;
  readonly message: string;
  readonly done: number;
  /** 0 while nothing is known of how much there is to do: then there is no bar. */
  readonly total: number;
  /** How long it still takes, in words; empty while that is not known. */
  readonly left: string;
}

/**
 * One line of at most `columns` characters. Where there is little room the message goes first, then the bar becomes short,
 * then the title is cut; the count and the time left stay longest.
 */
export function drawBar({ title, message, done, total, left }: BarState, columns: number): string {
  if (total === 0)
    return cut([title, message].filter((text) => text !== '').join('  '), Math.max(0, columns - 1));
  const figures = [`${done}/${total}`, left].filter((text) => text !== '').join('  ');
  // The last column stays free: some terminals go on to the next line as soon as it is written to.
  const room = Math.max(0, columns - 1);
  const name = cut(title, Math.max(0, Math.min(LONGEST_TITLE, room - figures.length - FEWEST_CELLS - 2)));
  const space = room - name.length - figures.length - 2;
  const withMessage = space - message.length - 1;
  const hasMessage = message !== '' && withMessage >= ENOUGH_CELLS;
  const cells = Math.max(0, Math.min(MOST_CELLS, hasMessage ? withMessage : space));
  const full = total > 0 ? Math.round((cells * Math.min(done, total)) / total) : 0;
  const bar = '■'.repeat(full) + ' '.repeat(cells - full);
  const parts = [name, cells >= FEWEST_CELLS ? bar : '', figures, hasMessage ? message : ''];
  return cut(parts.filter((part) => part !== '').join(' '), room);
}

function cut(text: string, length: number): string {
  const letters = [...text];
  if (letters.length <= length) return text;
  return length < 1 ? '' : `${letters.slice(0, length - 1).join('')}…`;
}
