import { parseModel, printNode, SenteiError } from '../../src/index.ts';
import { Lexer } from '../../src/text/lexer.ts';

/** What the action throws, which has to be an error of this package: no `RangeError` of a full stack. */
export function errorOf(action: () => unknown): SenteiError {
  try {
    action();
  } catch (error) {
    if (error instanceof SenteiError) return error;
    throw error;
  }
  throw new Error('nothing thrown');
}

/** Code and message of the error that reading this text is. */
export function refusal(text: string, read: (lexer: Lexer) => unknown): string {
  const { code, message } = errorOf(() => read(new Lexer(text)));
  return `${code}: ${message}`;
}

/** The only node of a graph with these attributes, printed again: `<a: int = 1>`. */
export function reprintAttributes(attributes: string): string {
  const [node] = parseModel(`g () => () { y = Op <${attributes}> () }`).graph.nodes();
  if (node === undefined) throw new Error('no node');
  return printNode(node).slice('y = Op '.length);
}
