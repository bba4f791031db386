import { basename } from 'node:path';
import { canonicalJson, fingerprintOf, hashParts } from '../dataset/hashing.ts';
import { type RowDataset, rowDataset } from '../dataset/row-dataset.ts';
import type { Change, Example, Padding } from '../dataset/types.ts';
import { openRecords } from '../files/records.ts';
import { invalidData } from '../invalid-data.ts';
import type { Feeds } from '../tensors/host-tensor.ts';
import { type EncoderOptions, type TextEncoder, textEncoder } from '../tokens/encoder.ts';
import { type FieldInput, fieldTensor } from './field-input.ts';
import { fieldOf, type JsonObject, jsonTensor, parseObject, textOf } from './json-value.ts';
import { type LabelOptions, labelOf } from './label.ts';

/** A JSON Lines file and what its fields are. */
export interface JsonLinesOptions {
  readonly path: string;
  /** One or two fields with text, and how it becomes tokens. */
  readonly text?: (EncoderOptions & { readonly fields: readonly string[] }) | undefined;
  /** Inputs by field with numbers, truth values or texts as they are. */
  readonly fields?: Readonly<Record<string, FieldInput>> | undefined;
  readonly label?: LabelOptions | undefined;
  readonly padding?: Padding | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Objects of a JSON Lines file. Inputs of numbers have the shape of the field's lists; those of text have shape [tokens].
 *
 * @throws SenteiError `invalid-data` when the file cannot be read or has no rows
 */
export async function jsonLinesDataset(options: JsonLinesOptions): Promise<RowDataset> {
  const { path, text, fields = {}, label, padding } = options;
  const name = basename(path);
  const file = await openRecords(path, name, { unit: 'line' }, options.signal);
  if (file.size === 0) throw invalidData(path, 'is empty', 'give a file with one JSON object in each line');
  const encode = text && textEncoder(text);
  const textFields = text?.fields ?? [];
  const fieldNames = Object.keys(fields).sort();
  return rowDataset({
    name,
    size: file.size,
    fingerprint: fingerprintOf('jsonl', [file.contents, text?.tokenizer.fingerprint ?? ''], {
      text: text && { ...text, tokenizer: undefined },
      fields,
      label,
      padding,
    }),
    padding,
    async *rows(from, to, signal) {
      for await (const { line, text: json } of file.read(from, to, signal)) {
        const source = `${name} line ${line}`;
        const object = parseObject(json, source);
        const texts = textFields.map((field) => textOf(fieldOf(object, field, source), field, source));
        // The same text has the same hash here and in a text file.
        const values = fieldNames.map(
          (field) => `${field}=${flatten(fieldOf(object, field, source), field, source)}`,
        );
        const row: JsonRow = { source, hash: hashParts([...texts, ...values]), object, texts };
        yield {
          source,
          hash: row.hash,
          example: async (change) => exampleOf(row, { encode, fields, label }, change),
        };
      }
    },
  });
}

function flatten(value: unknown, field: string, source: string): string {
  try {
    return canonicalJson(value);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw invalidData(source, `field '${field}' is nested too deeply`, undefined, cause);
  }
}

interface JsonRow {
  readonly source: string;
  readonly hash: string;
  readonly object: JsonObject;
  readonly texts: readonly string[];
}

interface Reading {
  readonly encode: TextEncoder | undefined;
  readonly fields: Readonly<Record<string, FieldInput>>;
  readonly label: LabelOptions | undefined;
}

function exampleOf(
  { source, hash, object, texts }: JsonRow,
  { encode, fields, label }: Reading,
  change: Change | undefined,
): Example {
  const feeds: Record<string, Feeds[string]> = {};
  for (const [field, input] of Object.entries(fields)) {
    const tensor = jsonTensor(fieldOf(object, field, source), input.type, field, source);
    feeds[input.name] = fieldTensor(tensor, input, field, source, change);
  }
  const sets = encode ? encode(texts, source, change) : [{}];
  const inputs = sets.map((set) => ({ ...set, ...feeds }));
  return {
    source,
    hash,
    inputs,
    ...(label && { label: labelOf(fieldOf(object, label.field, source), label, source) }),
  };
}
