import { isPassName, OPTION_NAME } from './pass-name.ts';
import type { PipelineStep } from './pipeline.ts';
import { BARE, DEEPEST, readOption } from './pipeline-option.ts';
import { syntaxError } from './pipeline-syntax.ts';

/**
 * Reads a pipeline such as `cleanup, repeat{rounds=3}(fold, @acme/passes:fuse{kinds=["gelu","silu"]}), acp{block=128}`.
 * Empty text is the empty pipeline. Linear in the text.
 *
 * @throws SenteiError `pipeline-syntax`
 */
export function parsePipeline(text: string): PipelineStep[] {
  const reader = new Reader(text);
  const steps = readSteps(reader, 0);
  if (!reader.isAtEnd) throw syntaxError(`a '${reader.peek()}' has no partner before it`);
  return steps;
}

/**
 * Writes a pipeline so that `parsePipeline` reads the same steps again.
 *
 * @throws SenteiError `pipeline-syntax` when groups are nested too deep
 */
export function printPipeline(steps: readonly PipelineStep[], depth = 0): string {
  if (depth > DEEPEST) throw tooDeep();
  return steps
    .map(({ id, options, steps: inner }) => {
      const entries = Object.entries(options).map(([name, value]) => `${name}=${value}`);
      const braces = entries.length === 0 ? '' : `{${entries.join(' ')}}`;
      return `${id}${braces}${inner === undefined ? '' : `(${printPipeline(inner, depth + 1)})`}`;
    })
    .join(', ');
}

/** A place in a text. Every pattern it is asked for is sticky. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  peek(): string {
    return this.#text[this.#at] ?? '';
  }

  /** What matches here, and goes on behind it; empty text when nothing does. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  accept(character: string): boolean {
    if (this.peek() !== character) return false;
    this.#at++;
    return true;
  }

  /** A JSON string or list, by its quotes and brackets; what is between them is not looked at. */
  takeJson(): string {
    const start = this.#at;
    let depth = 0;
    do {
      const character = this.peek();
      if (character === '') throw syntaxError(`a '${this.#text[start]}' is not closed`);
      this.#at++;
      if (character === '[' && ++depth > DEEPEST) throw syntaxError('lists are nested too deep');
      if (character === ']') depth--;
      if (character === '"') this.#skipString();
    } while (depth > 0);
    return this.#text.slice(start, this.#at);
  }

  #skipString(): void {
    for (; !this.isAtEnd; this.#at++) {
      if (this.peek() === '\\') this.#at++;
      else if (this.accept('"')) return;
    }
    throw syntaxError(`a '"' is not closed`);
  }
}

const SPACE = /\s+/y;
const SEPARATORS = /[\s,]+/y;
const WORD = /[^\s,{}()]+/y;
const NAME = /[^\s=,{}]+/y;
const VALUE = /[^\s=,{}]+/y;

function readSteps(reader: Reader, depth: number): PipelineStep[] {
  if (depth > DEEPEST) throw tooDeep();
  reader.take(SPACE);
  if (reader.isAtEnd || reader.peek() === ')') return [];
  const steps: PipelineStep[] = [];
  do {
    steps.push(readStep(reader, depth));
  } while (reader.accept(','));
  return steps;
}

function readStep(reader: Reader, depth: number): PipelineStep {
  reader.take(SPACE);
  const id = reader.take(WORD);
  if (id === '')
    throw syntaxError(
      reader.isAtEnd || /[,)]/.test(reader.peek()) ? 'a pass is missing' : `'${reader.peek()}' is no pass`,
    );
  if (!isPassName(id)) throw syntaxError(`'${id}' is no pass`);
  reader.take(SPACE);
  const options = reader.accept('{') ? readOptions(reader, id) : {};
  reader.take(SPACE);
  let steps: PipelineStep[] | undefined;
  if (reader.accept('(')) {
    steps = readSteps(reader, depth + 1);
    if (!reader.accept(')'))
      throw syntaxError(
        reader.isAtEnd ? "a '(' is not closed" : `'${reader.peek()}' has no partner before it`,
      );
    reader.take(SPACE);
  }
  if (!reader.isAtEnd && !/[,)}]/.test(reader.peek()))
    throw syntaxError(`a comma is missing after pass ${id}`);
  return steps === undefined ? { id, options } : { id, options, steps };
}

function readOptions(reader: Reader, id: string): Record<string, string> {
  const options: Record<string, string> = {};
  let isSeparated = true;
  for (;;) {
    if (reader.take(SEPARATORS) !== '') isSeparated = true;
    if (reader.accept('}')) return options;
    if (reader.isAtEnd) throw syntaxError("a '{' is not closed");
    const name = reader.take(NAME);
    const value = reader.accept('=') ? readValue(reader) : '';
    if (!isSeparated || !OPTION_NAME.test(name) || value === '') {
      throw syntaxError(`'${name}=${value}' is no option of ${id}`);
    }
    if (Object.hasOwn(options, name)) throw syntaxError(`option '${name}' of ${id} is given twice`);
    options[name] = value;
    isSeparated = false;
  }
}

function readValue(reader: Reader): string {
  const isJson = reader.peek() === '"' || reader.peek() === '[';
  const value = isJson ? reader.takeJson() : reader.take(VALUE);
  if (isJson && readOption(value) === undefined) throw syntaxError(`${value} is no JSON string or list`);
  return isJson || BARE.test(value) ? value : '';
}

function tooDeep() {
  return syntaxError(`groups are nested deeper than ${DEEPEST}`);
}
