import type { Feeds } from '../tensors/host-tensor.ts';
import { type IntegerType, integerTensor } from '../tensors/integer-tensor.ts';
import type { Tokens } from './frame.ts';

/** What a model can take of tokens, by the names the field gives them. */
export const TOKEN_ROLES = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'] as const;
/** A part of tokens that a model may take. */
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** The input that takes a role, and its element type. */
export interface TokenInput {
  readonly name: string;
  readonly type: IntegerType;
}

/** Which inputs take what; `input_ids` is always there. */
export type TokenInputs = Readonly<Partial<Record<TokenRole, TokenInput>>>;

/** Tensors of shape [tokens] for each input. */
export function tokenFeeds(tokens: Tokens, inputs: TokenInputs): Feeds {
  const values: Readonly<Record<TokenRole, () => readonly number[]>> = {
    input_ids: () => tokens.ids,
    attention_mask: () => tokens.ids.map(() => 1),
    token_type_ids: () => tokens.types,
    position_ids: () => tokens.ids.map((_, position) => position),
  };
  const feeds = TOKEN_ROLES.flatMap((role) => {
    const input = inputs[role];
    return input ? [[input.name, integerTensor(input.type, values[role]())] as const] : [];
  });
  return Object.fromEntries(feeds);
}
