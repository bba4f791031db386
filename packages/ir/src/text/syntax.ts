import type { SparseTensorProto, ValueInfoProto } from '../codec/messages.ts';
import type { Remainder } from '../codec/remainder.ts';
import type { Attribute } from '../graph/attribute.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Lexer } from './lexer.ts';
import { type Note, readNote } from './note.ts';
import type { ParseOptions } from './options.ts';

/** A graph as its text says it, names not yet resolved. */
export interface GraphSyntax {
  readonly name: string;
  /** A function names its inputs and outputs without describing them. */
  readonly isFunction: boolean;
  readonly inputs: ValueInfoProto[];
  readonly outputs: ValueInfoProto[];
  readonly initializers: { readonly name: string; readonly tensor: Tensor }[];
  readonly sparse: SparseTensorProto[];
  readonly infos: ValueInfoProto[];
  readonly nodes: NodeSyntax[];
  readonly docString: string | undefined;
  /** Quantization annotations. */
  readonly remainder: Remainder;
  readonly metadataProps: ReadonlyMap<string, string>;
}

export interface NodeSyntax {
  readonly name: string;
  readonly domain: string;
  readonly opType: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly AttributeSyntax[];
  readonly docString: string | undefined;
  /** Device configurations. */
  readonly remainder: Remainder;
  readonly metadataProps: ReadonlyMap<string, string>;
}

export type AttributeSyntax =
  | { readonly name: string; readonly attribute: Attribute }
  | {
      readonly name: string;
      readonly kind: 'graph' | 'graphs';
      readonly graphs: readonly GraphSyntax[];
      readonly docString: string;
    };

export interface ParseContext {
  readonly lexer: Lexer;
  readonly options: ParseOptions;
  readonly depth: number;
  /** What weights of attributes are named by: the first output of their node. */
  readonly owner: string;
  readonly readGraph: (context: ParseContext, name: string) => GraphSyntax;
}

/**
 * Items between here and `close`, which is stepped over. An annotation behind an item, or behind the comma after it,
 * belongs to the item.
 */
export function readItems<T>(
  lexer: Lexer,
  close: string,
  keys: readonly string[],
  read: () => (note: Note) => T,
): T[] {
  const items: T[] = [];
  while (!lexer.accept(close)) {
    const finish = read();
    const before = readNote(lexer, keys);
    if (!lexer.accept(',') && !lexer.at(close)) throw lexer.error(`',' or '${close}' is expected`);
    const after = readNote(lexer, keys);
    items.push(finish(after.size === 0 ? before : new Map([...before, ...after])));
  }
  return items;
}
