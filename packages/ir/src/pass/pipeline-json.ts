import { z } from 'zod';
import { isPassName, OPTION_NAME } from './pass-name.ts';
import type { PipelineStep } from './pipeline.ts';
import { DEEPEST, isOptionValue, type OptionValue, readOption, writeOption } from './pipeline-option.ts';
import { syntaxError } from './pipeline-syntax.ts';

/** One pass, or a group of them, in the JSON form of a pipeline. */
export interface PipelineJsonStep {
  readonly pass: string;
  readonly options?: Readonly<Record<string, OptionValue>> | undefined;
  readonly passes?: readonly PipelineJsonStep[] | undefined;
}

const stepSchema: z.ZodType<PipelineJsonStep> = z.lazy(() =>
  z.strictObject({
    pass: z.string(),
    options: z
      .record(z.string(), z.custom<OptionValue>(isOptionValue, 'must be a JSON scalar or a list'))
      .optional(),
    passes: z.array(stepSchema).readonly().optional(),
  }),
);

/**
 * The JSON form of a pipeline: `[{ "pass": "acp", "options": { "block": 128 } }]`, with the passes of a group in `passes`.
 * For JSON from outside use {@link readPipelineJson}, which also bounds how deep it may be.
 */
export const pipelineSchema = z.array(stepSchema);

/** The JSON form of a whole pipeline. */
export type PipelineJson = readonly PipelineJsonStep[];

/**
 * Reads JSON of unknown origin.
 *
 * @throws SenteiError `pipeline-syntax`
 */
export function readPipelineJson(json: unknown): PipelineStep[] {
  if (!isShallow(json)) throw tooDeep();
  const result = pipelineSchema.safeParse(json);
  if (result.success) return pipelineFromJson(result.data);
  const [issue] = result.error.issues;
  throw syntaxError(`${issue?.path.join('.') || 'the JSON form'}: ${issue?.message}`);
}

/**
 * Turns the JSON form into steps, which can be printed as text.
 *
 * @throws SenteiError `pipeline-syntax` for names and values that the text form cannot hold
 */
export function pipelineFromJson(json: PipelineJson, depth = 0): PipelineStep[] {
  if (depth > DEEPEST) throw tooDeep();
  return json.map(({ pass, options, passes }) => {
    if (!isPassName(pass)) throw syntaxError(`'${pass}' is no pass`);
    const entries = Object.entries(options ?? {}).map(([name, value]): [string, string] => {
      const text = writeOption(value);
      if (text === undefined || !OPTION_NAME.test(name))
        throw syntaxError(`'${name}=${value}' is no option of ${pass}`);
      return [name, text];
    });
    const step = { id: pass, options: Object.fromEntries(entries) };
    return passes === undefined ? step : { ...step, steps: pipelineFromJson(passes, depth + 1) };
  });
}

/** @throws SenteiError `pipeline-syntax` for options that are not written as JSON, and groups nested too deep */
export function pipelineToJson(steps: readonly PipelineStep[], depth = 0): PipelineJsonStep[] {
  if (depth > DEEPEST) throw tooDeep();
  return steps.map(({ id, options, steps: inner }) => {
    const step = { pass: id, options: readOptions(id, options) };
    return inner === undefined ? step : { ...step, passes: pipelineToJson(inner, depth + 1) };
  });
}

/** The values of options as they are written. @throws SenteiError `pipeline-syntax` */
export function readOptions(
  id: string,
  options: Readonly<Record<string, string>>,
): Record<string, OptionValue> {
  const entries = Object.entries(options).map(([name, text]): [string, OptionValue] => {
    const value = readOption(text);
    if (value === undefined) throw syntaxError(`'${name}=${text}' is no option of ${id}`);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** Each group takes three levels of JSON: a list, a step and its passes. */
function isShallow(json: unknown): boolean {
  const rest: [unknown, number][] = [[json, 0]];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [value, depth] = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > 4 * DEEPEST) return false;
    for (const element of Object.values(value)) rest.push([element, depth + 1]);
  }
  return true;
}

function tooDeep() {
  return syntaxError(`groups are nested deeper than ${DEEPEST}`);
}
