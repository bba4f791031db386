import { z } from 'zod';
import { LABEL_TYPES } from '../sources/label.ts';
import { ARRAY_OF, isTensorType } from '../tensors/host-tensor.ts';
import { INTEGER_TYPES } from '../tensors/integer-tensor.ts';

const path = z.string().min(1);
const size = z.int().min(1);
const name = z.string().min(1);
const share = z.number().gt(0).max(1);

const TENSOR_TYPES = Object.keys(ARRAY_OF).filter(isTensorType);

const source = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('bytes'),
    path: path.optional(),
    length: size.default(1024),
    stride: size.optional(),
    type: z.enum(INTEGER_TYPES).optional(),
  }),
  z.strictObject({
    kind: z.literal('text'),
    path: path.optional(),
    rows: z.enum(['line', 'document', 'window']).default('line'),
    separator: z.string().optional(),
    length: size.optional(),
    stride: size.optional(),
  }),
  z.strictObject({
    kind: z.literal('jsonl'),
    path: path.optional(),
    text: z.union([name.transform((field) => [field]), z.array(name).min(1).max(2)]).optional(),
    pairs: z.enum(['sets', 'sequence']).default('sets'),
  }),
  z.strictObject({ kind: z.literal('arrays'), path: path.optional() }),
  z.strictObject({
    kind: z.literal('images'),
    path: path.optional(),
    height: size.max(16384),
    width: size.max(16384),
    fit: z.enum(['crop', 'stretch', 'pad']).default('crop'),
    channels: z.enum(['rgb', 'grey']).default('rgb'),
    layout: z.enum(['NCHW', 'NHWC']).default('NCHW'),
    mean: z.array(z.number()).optional(),
    std: z.array(z.number().gt(0)).optional(),
    scale: z.number().default(1 / 255),
    maxPixels: size.default(2 ** 26),
  }),
]);

const input = z.union([
  name.transform((input) => ({ name: input })),
  z.strictObject({
    name,
    type: z.enum(TENSOR_TYPES as [string, ...string[]]).optional(),
    shape: z.array(z.int().min(0)).optional(),
    scale: z.number().optional(),
    nonFinite: z.boolean().optional(),
  }),
]);

const part = z
  .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
  .refine(([from, to]) => from < to, 'a part is [from, to] with from below to');

const ownSource = z.strictObject({ path: path.optional(), part: part.default([0, 1]) });

const splits = z.union([
  z.strictObject({
    shares: z
      .strictObject({ calibration: share, selection: share, heldout: share })
      .refine((shares) => shares.calibration + shares.selection + shares.heldout <= 1 + 1e-9, {
        message: 'shares are more than 1 together',
      }),
    by: z.enum(['range', 'hash']).default('range'),
    seed: z.int().default(0),
  }),
  z.strictObject({ calibration: ownSource, selection: ownSource, heldout: ownSource }),
]);

/** The JSON of a dataset card. */
export const cardSchema = z.strictObject({
  version: z.literal(1),
  name: name.optional(),
  source,
  tokenizer: z
    .strictObject({
      path,
      maxLength: size.optional(),
      specialTokens: z.boolean().optional(),
    })
    .optional(),
  inputs: z.record(name, input).optional(),
  label: z
    .strictObject({
      field: name.optional(),
      type: z.enum(LABEL_TYPES),
      classes: z.array(name).min(1).optional(),
    })
    .optional(),
  metric: name.optional(),
  batch: z
    .strictObject({
      size: size.optional(),
      padding: z.record(name, z.number()).optional(),
      side: z.enum(['left', 'right']).default('right'),
    })
    .optional(),
  splits: splits.default({
    shares: { calibration: 0.25, selection: 0.25, heldout: 0.5 },
    by: 'range',
    seed: 0,
  }),
  overlap: z.enum(['stop', 'drop']).default('stop'),
});

/** A dataset card with its defaults filled in. */
export type Card = z.output<typeof cardSchema>;
/** Where a card's data is and how it is read. */
export type CardSource = Card['source'];
/** What one part of the data becomes. */
export type CardInput = NonNullable<Card['inputs']>[string];
