import picocolors from 'picocolors';
import type { TextStream } from './progress.ts';

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Colours words that say how something stands. Where there are no colours the text stays as it is. */
export interface Paint {
  good(text: string): string;
  caution(text: string): string;
  bad(text: string): string;
}

/**
 * Whether words may be coloured: `FORCE_COLOR` decides, then `NO_COLOR`, then whether the stream is a terminal that can do
 * more than lines. See https://no-color.org and https://force-color.org.
 */
export function hasColours(stream: TextStream, variables: Variables): boolean {
  const { FORCE_COLOR: force, NO_COLOR: none } = variables;
  if (force !== undefined) return !['0', 'false'].includes(force);
  if (none !== undefined && none !== '') return false;
  return stream.isTTY === true && variables.TERM !== 'dumb';
}

/** Whether a line may be drawn over: not on a dumb terminal, and not where a build server keeps the text. */
export function isInteractive(stream: TextStream, variables: Variables): boolean {
  const isBuildServer = !['', '0', 'false'].includes(variables.CI ?? '');
  return stream.isTTY === true && variables.TERM !== 'dumb' && !isBuildServer;
}

/** Colours for what is written to the stream. */
export function createPaint(stream: TextStream, variables: Variables): Paint {
  const { green, yellow, red } = picocolors.createColors(hasColours(stream, variables));
  return { good: green, caution: yellow, bad: red };
}
