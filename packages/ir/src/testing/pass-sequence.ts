import fc from 'fast-check';
import { z } from 'zod';
import type { Pass, PassFactory } from '../pass/pass.ts';

/** What is read of the JSON schema of an option. */
interface OptionSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** How far random numbers go where the schema of an option sets no limit. */
const WIDTH = 16;

/** Passes of one factory: with its defaults, or with random options that its schema accepts. */
export function passOf(factory: PassFactory): fc.Arbitrary<Pass> {
  const options = optionsOf(factory.schema).filter(
    (candidate) => factory.schema.safeParse(candidate).success,
  );
  return fc.oneof(fc.constant({}), options).map((given) => {
    const pass = factory(given);
    return Object.assign(pass, { [fc.toStringMethod]: () => `${pass.id}${JSON.stringify(given)}` });
  });
}

/** Random sequences of passes of these factories, each with options of its own; the empty sequence among them. */
export function passSequence(
  factories: readonly PassFactory[],
  { maxLength = 4 }: { readonly maxLength?: number } = {},
): fc.Arbitrary<Pass[]> {
  if (factories.length === 0) return fc.constant([]);
  return fc.array(fc.oneof(...factories.map(passOf)), { maxLength });
}

/** Options that the schema of a pass describes as numbers, bools or choices; all others stay at their defaults. */
function optionsOf(schema: z.ZodObject): fc.Arbitrary<Record<string, unknown>> {
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const arbitraries: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, property] of Object.entries(described.properties ?? {})) {
    const values = typeof property === 'object' ? valuesOf(property as OptionSchema) : undefined;
    if (values !== undefined) arbitraries[name] = values;
  }
  return fc.record(arbitraries, { requiredKeys: [] });
}

function valuesOf(option: OptionSchema): fc.Arbitrary<unknown> | undefined {
  if (option.enum !== undefined) return fc.constantFrom(...option.enum);
  if (option.type === 'boolean') return fc.boolean();
  const isInteger = option.type === 'integer';
  if (!isInteger && option.type !== 'number') return undefined;
  const least = option.minimum ?? option.exclusiveMinimum;
  const most = option.maximum ?? option.exclusiveMaximum;
  const min = least ?? (most === undefined ? -WIDTH : most - WIDTH);
  // Options range over sizes: small ones say more, and are run sooner.
  const max = Math.min(most ?? min + WIDTH, min + 1024);
  if (isInteger) return fc.integer({ min: Math.ceil(min), max: Math.floor(max) });
  return fc.double({ min, max, noNaN: true });
}
