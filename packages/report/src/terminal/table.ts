import Table from 'cli-table3';
import { oneLine } from '../text/one-line.ts';

/** A column right of the first is aligned to the right unless it is text. */
export type Alignment = 'left' | 'right';

const WIDEST = 72;

/**
 * Draws a table with lines and without colours. Cells are words on one line, wrapped where they exceed the width given for their
 * column. */
export function drawTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
  widths: readonly number[] = [],
): string {
  const table = new Table({
    head: [...head],
    colAligns: [...alignments],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows)
    table.push(row.map((cell, column) => wrap(oneLine(cell), widths[column] ?? WIDEST)));
  return `${table.toString()}\n`;
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
