import fc from 'fast-check';
import Long from 'long';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { type Chunk, ChunkWriter, textBytes } from '../../src/codec/chunk-writer.ts';

function join(chunks: readonly Chunk[]): Uint8Array {
  return Buffer.concat(
    chunks.flatMap((chunk) => (chunk instanceof Uint8Array ? [chunk] : [...chunk.read()])),
  );
}

type Tree =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bytes'; readonly length: number; readonly deferred: boolean }
  | { readonly kind: 'message'; readonly children: readonly Tree[] };

const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.record({ kind: fc.constant('text' as const), text: fc.string({ unit: 'grapheme', maxLength: 200 }) }),
    fc.record({
      kind: fc.constant('integer' as const),
      value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    }),
    fc.record({ kind: fc.constant('float' as const), value: fc.float({ noNaN: true }) }),
    fc.record({
      kind: fc.constant('bytes' as const),
      length: fc.constantFrom(0, 1, 100, 2048, 2049, 65_535, 65_536, 70_000),
      deferred: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('message' as const), children: fc.array(tie('tree'), { maxLength: 6 }) }),
  ),
})).tree;

function writeOurs(writer: ChunkWriter, node: Tree): void {
  if (node.kind === 'text') writer.text(1, node.text);
  else if (node.kind === 'integer') writer.integer(2, node.value);
  else if (node.kind === 'float') writer.float(3, node.value);
  else if (node.kind === 'bytes') {
    const bytes = new Uint8Array(node.length).fill(node.length);
    if (node.deferred) writer.deferred(4, { length: node.length, read: () => [bytes] });
    else writer.bytes(4, bytes);
  } else {
    const mark = writer.begin(500);
    for (const child of node.children) writeOurs(writer, child);
    writer.end(mark);
  }
}

function writeTheirs(writer: protobuf.Writer, node: Tree): void {
  if (node.kind === 'text') writer.uint32(10).string(node.text);
  else if (node.kind === 'integer') writer.uint32(16).int64(Long.fromString(`${node.value}`));
  else if (node.kind === 'float') writer.uint32(29).float(node.value);
  else if (node.kind === 'bytes') writer.uint32(34).bytes(new Uint8Array(node.length).fill(node.length));
  else {
    writer.uint32(500 * 8 + 2).fork();
    for (const child of node.children) writeTheirs(writer, child);
    writer.ldelim();
  }
}

describe('ChunkWriter', () => {
  it('writes what protobufjs writes, wherever pages and chunks end', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 8 }), (nodes) => {
        const ours = new ChunkWriter();
        const theirs = protobuf.Writer.create();
        for (const node of nodes) {
          writeOurs(ours, node);
          writeTheirs(theirs, node);
        }
        const { written } = ours;
        const bytes = join(ours.finish());
        expect(Buffer.compare(bytes, theirs.finish())).toBe(0);
        expect(bytes.length).toBe(written);
      }),
      { numRuns: 400 },
    );
  });

  it('fills pages to the brim with nested messages', () => {
    for (let padding = 65_400; padding < 65_560; padding++) {
      const ours = new ChunkWriter();
      const theirs = protobuf.Writer.create();
      const nodes: Tree[] = [
        ...Array.from(
          { length: Math.floor(padding / 1000) },
          () => ({ kind: 'bytes', length: 997, deferred: false }) as const,
        ),
        { kind: 'bytes', length: padding % 1000, deferred: false },
        {
          kind: 'message',
          children: [
            { kind: 'text', text: 'x'.repeat(130) },
            { kind: 'message', children: [] },
          ],
        },
      ];
      for (const node of nodes) {
        writeOurs(ours, node);
        writeTheirs(theirs, node);
      }
      expect(Buffer.compare(join(ours.finish()), theirs.finish())).toBe(0);
    }
  });

  it('passes large bytes on as the view they are, and reads deferred ones last', () => {
    const weights = new Uint8Array(10_000);
    let reads = 0;
    const read = () => {
      reads++;
      return [weights];
    };
    const writer = new ChunkWriter();
    writer.bytes(1, weights);
    writer.deferred(2, { length: 10_000, read });
    const chunks = writer.finish();
    expect([chunks.includes(weights), reads]).toEqual([true, 0]);
    expect([join(chunks).length, reads]).toEqual([2 * 10_000 + 6, 1]);
  });
});

describe('textBytes', () => {
  it('writes bytes that were no UTF-8 as they were', () => {
    expect([...textBytes('a\udcffö')]).toEqual([97, 0xff, 0xc3, 0xb6]);
  });
});
