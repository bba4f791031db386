import { Cursor, type RawField, type Slice, WIRE } from './cursor.ts';
import { FUNCTION, GRAPH } from './fields.ts';
import { emptyText } from './remainder.ts';

/** The parts of a graph message, still encoded. */
export class GraphParts {
  readonly nodes: Slice[] = [];
  readonly initializers: Slice[] = [];
  readonly sparse: Slice[] = [];
  readonly inputs: Slice[] = [];
  readonly outputs: Slice[] = [];
  readonly valueInfos: Slice[] = [];
  readonly remainder: RawField[] = [];
  name = '';

  constructor(slice: Slice) {
    const lists = new Map<number, Slice[]>([
      [GRAPH.node, this.nodes],
      [GRAPH.initializer, this.initializers],
      [GRAPH.sparseInitializer, this.sparse],
      [GRAPH.input, this.inputs],
      [GRAPH.output, this.outputs],
      [GRAPH.valueInfo, this.valueInfos],
    ]);
    for (const cursor = new Cursor(slice); cursor.next(); ) {
      const list = cursor.wireType === WIRE.bytes ? lists.get(cursor.field) : undefined;
      if (list !== undefined) list.push(cursor.slice());
      else if (cursor.field === GRAPH.name && cursor.wireType === WIRE.bytes) this.#name(cursor);
      else this.remainder.push(cursor.raw());
    }
  }

  /** A name that is there but empty is kept as it is encoded. */
  #name(cursor: Cursor): void {
    const { field } = cursor;
    this.name = cursor.text();
    if (this.name === '') this.remainder.push(emptyText(field));
  }
}

/** The parts of a function message, its nodes, descriptions and defaults still encoded. */
export class FunctionParts {
  name = '';
  domain = '';
  overload = '';
  readonly nodes: Slice[] = [];
  readonly valueInfos: Slice[] = [];
  readonly inputs: string[] = [];
  readonly outputs: string[] = [];
  readonly attributeNames: string[] = [];
  readonly defaults: Slice[] = [];
  readonly remainder: RawField[] = [];

  constructor(slice: Slice) {
    for (const cursor = new Cursor(slice); cursor.next(); ) {
      if (cursor.wireType === WIRE.bytes) this.#take(cursor);
      else this.remainder.push(cursor.raw());
    }
  }

  #take(cursor: Cursor): void {
    const { field } = cursor;
    if (field === FUNCTION.node) this.nodes.push(cursor.slice());
    else if (field === FUNCTION.valueInfo) this.valueInfos.push(cursor.slice());
    else if (field === FUNCTION.input) this.inputs.push(cursor.text());
    else if (field === FUNCTION.output) this.outputs.push(cursor.text());
    else if (field === FUNCTION.attribute) this.attributeNames.push(cursor.text());
    else if (field === FUNCTION.attributeProto) this.defaults.push(cursor.slice());
    else if (field === FUNCTION.name) this.name = this.#text(cursor);
    else if (field === FUNCTION.domain) this.domain = this.#text(cursor);
    else if (field === FUNCTION.overload) this.overload = this.#text(cursor);
    else this.remainder.push(cursor.raw());
  }

  /** A text that is there but empty is kept as it is encoded. */
  #text(cursor: Cursor): string {
    const text = cursor.text();
    if (text === '') this.remainder.push(emptyText(cursor.field));
    return text;
  }
}
