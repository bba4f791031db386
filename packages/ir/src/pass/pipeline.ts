import { z } from 'zod';
import { SenteiError } from '../errors.ts';
import type { Pass, PassFactory } from './pass.ts';

/** One pass of a pipeline with its options as they are written. */
export interface PipelineStep {
  readonly id: string;
  readonly options: Readonly<Record<string, string>>;
}

const IDENTIFIER = '[A-Za-z][A-Za-z0-9-]*';
const ID = new RegExp(`^${IDENTIFIER}$`);
const STEP = new RegExp(`^(${IDENTIFIER})\\s*(?:\\{([^{}]*)\\})?$`);
const OPTION = new RegExp(`^(${IDENTIFIER})=([^\\s=,{}]+)$`);

/**
 * Reads a pipeline such as `cleanup, acp{epsilon=4.5e-5 block=128}`. Empty text is the empty pipeline.
 *
 * @throws SenteiError `pipeline-syntax`
 */
export function parsePipeline(text: string): PipelineStep[] {
  if (text.trim() === '') return [];
  return splitSteps(text).map((part) => {
    const match = STEP.exec(part.trim());
    if (match?.[1] === undefined)
      throw syntaxError(part.trim() === '' ? 'a pass is missing' : `'${part.trim()}' is no pass`);
    return { id: match[1], options: parseOptions(match[1], match[2] ?? '') };
  });
}

/** Writes a pipeline so that `parsePipeline` reads the same steps again. */
export function printPipeline(steps: readonly PipelineStep[]): string {
  return steps
    .map(({ id, options }) => {
      const entries = Object.entries(options).map(([name, value]) => `${name}=${value}`);
      return entries.length === 0 ? id : `${id}{${entries.join(' ')}}`;
    })
    .join(', ');
}

/**
 * Makes the passes of a pipeline from the factories at hand.
 *
 * @throws SenteiError `unknown-pass`, `unknown-option`, `invalid-option`
 */
export function instantiatePipeline(
  steps: readonly PipelineStep[],
  factories: readonly PassFactory[],
): Pass[] {
  return steps.map(({ id, options }) => {
    const factory = factories.find((candidate) => candidate.id === id);
    if (factory === undefined) {
      throw new SenteiError('unknown-pass', `there is no pass '${id}'`, {
        subject: id,
        hint: `the passes are ${factories.map((candidate) => candidate.id).join(', ')}`,
      });
    }
    return factory(
      Object.fromEntries(Object.entries(options).map(([name, text]) => [name, readOption(text)])),
    );
  });
}

/** The JSON form of a pipeline: `[{ "pass": "acp", "options": { "block": 128 } }]`. */
export const pipelineSchema = z.array(
  z.strictObject({
    pass: z.string(),
    options: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).optional(),
  }),
);

/**
 * Reads the JSON form; its steps can be printed as text.
 *
 * @throws SenteiError `pipeline-syntax` for names and values that the text form cannot hold
 */
export function pipelineFromJson(json: z.infer<typeof pipelineSchema>): PipelineStep[] {
  return json.map(({ pass, options }) => {
    if (!ID.test(pass)) throw syntaxError(`'${pass}' is no pass`);
    const entries = Object.entries(options ?? {}).map(([name, value]) => [name, String(value)] as const);
    for (const [name, value] of entries) {
      if (!OPTION.test(`${name}=${value}`)) throw syntaxError(`'${name}=${value}' is no option of ${pass}`);
    }
    return { id: pass, options: Object.fromEntries(entries) };
  });
}

/** The JSON form of a pipeline, with numbers and bools as such. */
export function pipelineToJson(steps: readonly PipelineStep[]): z.infer<typeof pipelineSchema> {
  return steps.map(({ id, options }) => ({
    pass: id,
    options: Object.fromEntries(Object.entries(options).map(([name, text]) => [name, readOption(text)])),
  }));
}

function splitSteps(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (depth < 0) throw syntaxError("a '}' has no '{' before it");
    if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  if (depth > 0) throw syntaxError("a '{' is not closed");
  return [...parts, text.slice(start)];
}

function parseOptions(id: string, text: string): Record<string, string> {
  const options: Record<string, string> = {};
  for (const part of text.split(/[\s,]+/).filter((piece) => piece !== '')) {
    const match = OPTION.exec(part);
    const [, name, value] = match ?? [];
    if (name === undefined || value === undefined) throw syntaxError(`'${part}' is no option of ${id}`);
    if (Object.hasOwn(options, name)) throw syntaxError(`option '${name}' of ${id} is given twice`);
    options[name] = value;
  }
  return options;
}

function readOption(text: string): number | boolean | string {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function syntaxError(message: string): SenteiError {
  return new SenteiError('pipeline-syntax', `the pipeline cannot be read: ${message}`, {
    hint: 'write passes with commas between them and options in braces: cleanup, acp{epsilon=4.5e-5 block=128}',
  });
}
