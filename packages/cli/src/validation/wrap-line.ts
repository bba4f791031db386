/** What a terminal reads as colours and does not show. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the escape character.
const COLOURS = /\u001b\[[0-9;]*m/g;

/** Spaces, but not those between a number and its unit. */
const BREAKS = / (?![%x](?:[^\w]|$))/;

/**
 * Breaks a line at spaces where it gets longer than a number of columns; what follows is indented by two. Words that are
 * longer stay whole, so that paths can be copied.
 */
export function wrapLine(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BREAKS)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line.trim() !== '' && longer.replaceAll(COLOURS, '').length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else {
      line = longer;
    }
  }
  return `${[...lines, line].join('\n')}\n`;
}
