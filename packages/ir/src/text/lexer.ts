import { SenteiError } from '../errors.ts';

export type TokenKind = 'name' | 'string' | 'number' | 'mark' | 'note' | 'end-of-note' | 'end';

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?\s*(?:\d+(?:\.\d*)?(?:[eE][+-]?\d*)?|[A-Za-z]+)/y;

/** Splits a text into tokens, one at a time: `kind` and `text` describe the current one. */
export class Lexer {
  kind: TokenKind = 'end';
  /** The token as written; for strings and names what they stand for. */
  text = '';
  readonly #source: string;
  #start = 0;
  #next = 0;
  #inNote = false;

  constructor(source: string) {
    this.#source = source;
    this.advance();
  }

  /** Steps to the next token. @throws SenteiError `text-syntax` */
  advance(): void {
    this.#skipSpace();
    this.#start = this.#next;
    const source = this.#source;
    const character = source[this.#next] ?? '';
    if (character === '' || (this.#inNote && character === '\n')) {
      this.kind = this.#inNote ? 'end-of-note' : 'end';
      this.text = '';
      this.#inNote = false;
      return;
    }
    if (character === '"') this.#string(this.#inNote);
    else if (character === 'e' && source[this.#next + 1] === '"') {
      this.#next++;
      this.#string(true);
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      const number = this.#match(NUMBER);
      if (number === undefined) throw this.error('a number is expected after -');
      this.#token('number', number.replaceAll(/\s/g, ''));
    } else if (source.startsWith('#@', this.#next)) {
      this.#inNote = true;
      this.#next += 2;
      this.#token('note', '#@');
    } else {
      const name = this.#match(NAME);
      const mark = source.startsWith('=>', this.#next) ? '=>' : character;
      if (name === undefined) this.#next += mark.length;
      this.#token(name === undefined ? 'mark' : 'name', name ?? mark);
    }
  }

  /** Whether the current token is this mark. */
  at(mark: string): boolean {
    return this.kind === 'mark' && this.text === mark;
  }

  /** Steps over this mark if it is the current token. */
  accept(mark: string): boolean {
    if (!this.at(mark)) return false;
    this.advance();
    return true;
  }

  /** @throws SenteiError `text-syntax` when the current token is not this mark */
  expect(mark: string): void {
    if (!this.accept(mark)) throw this.error(`'${mark}' is expected`);
  }

  /** Steps over a token of this kind and gives its text. @throws SenteiError `text-syntax` */
  take(kind: TokenKind, what: string): string {
    if (this.kind !== kind) throw this.error(`${what} is expected`);
    const { text } = this;
    this.advance();
    return text;
  }

  /** Whether the current token is a name or a quoted text, which may stand for one. */
  get isName(): boolean {
    return this.kind === 'name' || this.kind === 'string';
  }

  name(what = 'a name'): string {
    return this.take(this.kind === 'string' ? 'string' : 'name', what);
  }

  /** An error that says where the current token is, and what stands there. */
  error(message: string): SenteiError {
    const before = this.#source.slice(0, this.#start);
    const line = before.split('\n').length;
    const column = this.#start - before.lastIndexOf('\n');
    const found = this.kind === 'end' ? 'the end of the text' : `'${clip(this.text || '\n')}'`;
    return new SenteiError('text-syntax', `line ${line}, column ${column}: ${message}, not ${found}`, {
      subject: `line ${line}, column ${column}`,
      hint: 'the syntax is that of the ONNX text format with the annotations that the README of @sentei/ir lists',
    });
  }

  #token(kind: TokenKind, text: string): void {
    this.kind = kind;
    this.text = text;
  }

  #string(escaped: boolean): void {
    const quoted = this.#quoted();
    this.#token('string', '"');
    if (quoted === undefined) throw this.error('the quotes are never closed: a text in quotes is expected');
    if (!escaped) {
      const inner = quoted.slice(1, -1);
      this.text = inner.includes('\\') ? inner.replaceAll(/\\(.)/gs, '$1') : inner;
      return;
    }
    try {
      this.text = JSON.parse(quoted);
    } catch {
      throw this.error('a text with the escapes of JSON is expected');
    }
  }

  /** A `#` begins a comment, `#@` an annotation: a comment to the ONNX parser. */
  #skipSpace(): void {
    const source = this.#source;
    for (;;) {
      const code = source.charCodeAt(this.#next);
      const isComment = code === 0x23 && source[this.#next + 1] !== '@' && !this.#inNote;
      if (isComment) this.#next = indexOrEnd(source, '\n', this.#next);
      else if (code === 0x20 || (code >= 0x09 && code <= 0x0d && !(code === 0x0a && this.#inNote)))
        this.#next++;
      else return;
    }
  }

  /** From quote to quote. Searched by hand: a pattern would keep a state for each character of a long text. */
  #quoted(): string | undefined {
    const source = this.#source;
    const start = this.#next;
    for (let at = start + 1; at < source.length; at++) {
      const code = source.charCodeAt(at);
      if (code === 0x5c) at++;
      else if (code === 0x22) {
        this.#next = at + 1;
        return source.slice(start, at + 1);
      }
    }
    return undefined;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#next;
    const found = pattern.exec(this.#source)?.[0];
    if (found !== undefined) this.#next += found.length;
    return found;
  }
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const found = text.indexOf(wanted, from);
  return found === -1 ? text.length : found;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text.replaceAll('\n', '\\n');
}
