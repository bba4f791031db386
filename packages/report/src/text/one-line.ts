/** The text on one line, with what would move the cursor or change colours taken out. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}
