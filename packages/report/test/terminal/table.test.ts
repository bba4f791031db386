import { expect, test } from 'vitest';
import { drawTable } from '../../src/terminal/table.ts';

test('a table has lines, no colours, and its long cells on several lines', () => {
  const table = drawTable(
    ['name', 'why'],
    [
      ['a', 'one two three four'],
      ['b', 'x'],
    ],
    ['left', 'right'],
    [9, 9],
  );
  expect(table).toBe(
    [
      '┌──────┬─────────┐',
      '│ name │     why │',
      '├──────┼─────────┤',
      '│ a    │ one two │',
      '│      │   three │',
      '│      │    four │',
      '│ b    │       x │',
      '└──────┴─────────┘',
      '',
    ].join('\n'),
  );
});

test('cells cannot control the terminal', () => {
  expect(drawTable(['x'], [['\u001b[31mred']], ['left'])).not.toContain('\u001b');
});
