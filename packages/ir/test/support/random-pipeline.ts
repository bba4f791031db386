import fc from 'fast-check';
import type { OptionValue, PipelineJsonStep, PipelineStep } from '../../src/index.ts';

const identifier = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,6}$/);
const passName = fc.oneof(
  { weight: 4, arbitrary: identifier },
  { weight: 1, arbitrary: identifier.map((id) => `@acme/sentei-passes:${id}`) },
  { weight: 1, arbitrary: identifier.map((id) => `pass_es.2:${id}`) },
);

/** Texts that look like something else, and any others. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', '(', ')', ',', '=', ' ', '\n', 'a'),
    maxLength: 8,
  }),
  fc.constantFrom(
    '',
    'true',
    'null',
    '007',
    '1e3',
    'Infinity',
    '-0',
    'a/b.json',
    '🌲',
    '[1]',
    '"a"',
    'repeat(a)',
  ),
);

/** Any value of an option: JSON scalars, and lists of them. */
export const optionValue: fc.Arbitrary<OptionValue> = fc.letrec<{ value: OptionValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;

/** Pipelines in their JSON form: any names, options and nesting. */
export const pipelineJson: fc.Arbitrary<PipelineJsonStep[]> = fc.letrec<{ steps: PipelineJsonStep[] }>(
  (tie) => ({
    steps: fc.array(
      fc.record(
        {
          pass: passName,
          options: fc.dictionary(identifier, optionValue, { maxKeys: 3, noNullPrototype: true }),
          passes: fc.oneof({ maxDepth: 4, depthSize: 'small' }, fc.constant([]), tie('steps')),
        },
        { requiredKeys: ['pass', 'options'] },
      ),
      { maxLength: 3 },
    ),
  }),
).steps;

/** Options as somebody may have written them. */
const written = fc.oneof(
  fc.stringMatching(/^[^\s=,{}"[][^\s=,{}]{0,7}$/),
  fc.constantFrom(
    'true',
    '4.5e-5',
    '007',
    'Infinity',
    '🌲',
    'a/b.json',
    '" \\" } ) "',
    '[ 1, ["a]", null] ]',
    '""',
  ),
);

/** Pipelines as they were written: any names, options and nesting. */
export const pipelineSteps: fc.Arbitrary<PipelineStep[]> = fc.letrec<{ steps: PipelineStep[] }>((tie) => ({
  steps: fc.array(
    fc.record(
      {
        id: passName,
        options: fc.dictionary(identifier, written, { maxKeys: 3, noNullPrototype: true }),
        steps: fc.oneof({ maxDepth: 4, depthSize: 'small' }, fc.constant([]), tie('steps')),
      },
      { requiredKeys: ['id', 'options'] },
    ),
    { maxLength: 3 },
  ),
})).steps;
