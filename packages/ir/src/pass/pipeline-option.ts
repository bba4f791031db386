/** The value of a pass option: any JSON scalar, or a list of such values. */
export type OptionValue = number | boolean | string | null | readonly OptionValue[];

/** Lists in lists, and groups of passes in groups. */
export const DEEPEST = 32;

/** Text that is its own value: no quotes, no list, nothing that separates options. */
export const BARE = /^[^\s=,{}"[][^\s=,{}]*$/;

/**
 * Reads an option as it is written in a pipeline: JSON strings and lists, `true`, `false`, `null`, numbers, and any other
 * text as it stands.
 *
 * @returns undefined for a string or list that is no JSON, or has objects in it
 */
export function readOption(text: string): OptionValue | undefined {
  if (text.startsWith('"') || text.startsWith('[')) return parseJson(text);
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/**
 * Writes a value so that `readOption` reads the same again, without quotes where they can be done without.
 *
 * @returns undefined for numbers that JSON does not have, and lists nested too deep
 */
export function writeOption(value: OptionValue): string | undefined {
  if (typeof value === 'string') {
    return BARE.test(value) && readOption(value) === value ? value : JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return undefined;
    return Object.is(value, -0) ? '-0' : String(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  return isOptionValue(value) ? JSON.stringify(value) : undefined;
}

/** Whether something is made of JSON scalars and lists alone. */
export function isOptionValue(value: unknown, depth = 0): value is OptionValue {
  if (Array.isArray(value)) {
    return depth < DEEPEST && value.every((element) => isOptionValue(element, depth + 1));
  }
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value === 'boolean' || typeof value === 'string';
}

function parseJson(text: string): OptionValue | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isOptionValue(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
