import type { SourceContext } from '../../src/card/context.ts';
import type { ModelInput } from '../../src/card/model-input.ts';
import { cardSchema } from '../../src/card/schema.ts';

/** What a card with the given fields is opened for. */
export function sourceContext(
  fields: Record<string, unknown>,
  { model, subject = 'card.json' }: { model?: readonly ModelInput[]; subject?: string } = {},
): SourceContext {
  const card = cardSchema.parse({ version: 1, ...fields });
  return { card, subject, inputs: card.inputs, model, signal: undefined };
}
