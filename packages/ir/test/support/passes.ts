import { z } from 'zod';
import {
  definePass,
  type Model,
  type Node,
  type Pass,
  type PassContext,
  type PassFactory,
} from '../../src/index.ts';

/** A context with nothing in it but what has to be there. */
export function bareContext(fields: Partial<PassContext> = {}): PassContext {
  const logger = { info: () => undefined, warn: () => undefined };
  return { logger, judge: undefined, maxDrop: 0, progress: () => undefined, ...fields };
}

/** A pass that turns a node into the next operator of a list each time it is run. */
export function renames(node: Node, opTypes: readonly string[]): Pass {
  const rest = [...opTypes];
  return passOf('renames', function* () {
    const opType = rest.shift();
    if (opType === undefined) return;
    yield patchOf(`to ${opType}`, () => {
      node.opType = opType;
    });
  })();
}

export function passOf(id: string, propose: Pass['propose']): PassFactory {
  return definePass({
    id,
    description: 'a pass of a test',
    guarantee: 'exact',
    schema: z.object({}),
    propose,
  });
}

export function patchOf(name: string, apply: () => void) {
  return { kind: 'patch', name, guarantee: 'exact', nodes: [], apply } as const;
}

/** A pass that names the last node `1`, `2` and so on, a patch for each. */
export function counting(to: number): Pass {
  return passOf('counting', function* ({ graph }: Model) {
    const last = [...graph.nodes()].at(-1);
    for (let number = 1; number <= to; number++) {
      yield patchOf(`number ${number}`, () => {
        if (last) last.name = String(number);
      });
    }
  })();
}
