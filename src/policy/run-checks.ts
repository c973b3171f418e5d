import type { AccessCheck, CheckClass, CheckCondition } from './condition.js';
import { isCheckClass } from './condition.js';
import type { Remaining } from './decide.js';
import { checksOf } from './leaves.js';
import type { Principal } from './principal.js';
import { Refusal } from './refusal.js';

/** Answers the instance of a check class; undefined where there is none, which refuses. */
export type CheckInstances = (check: CheckClass<never>) => AccessCheck<never> | undefined;

/**
 * Whether what remains of a condition holds. Parameters are parsed before the first check runs.
 *
 * @throws Refusal 400 that names the parameter, when one isn't what its parser expects
 */
export async function runChecks(
  remaining: Remaining,
  user: Principal,
  request: { params?: unknown },
  instances: CheckInstances,
): Promise<boolean> {
  const params = new Map(checksOf(remaining).map((one) => [one, parseParams(one, request.params)]));
  const holds = async (part: Remaining): Promise<boolean> => {
    if (part.type === 'check') return ask(part, user, params.get(part) as never, request, instances);
    for (const one of part.of) {
      const held = await holds(one);
      if (held !== (part.type === 'allOf')) return held;
    }
    return part.type === 'allOf';
  };
  return holds(remaining);
}

async function ask(
  { check }: CheckCondition,
  user: Principal,
  params: never,
  request: unknown,
  instances: CheckInstances,
): Promise<boolean> {
  const answer = isCheckClass(check)
    ? await instances(check)?.check(user, params, request)
    : await check(user, params, request);
  // Only true admits: a check that forgets to return, or returns a row, has not said yes.
  return answer === true;
}

function parseParams({ params }: CheckCondition, given: unknown): Record<string, unknown> {
  const texts = (given ?? {}) as Record<string, string>;
  const errors: { path: string; message: string }[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [name, parser] of Object.entries(params)) {
    parsed[name] = parser.parse(texts[name] ?? '');
    if (parsed[name] === undefined) errors.push({ path: name, message: `must be ${parser.expects}` });
  }
  if (errors.length > 0) {
    const detail = errors.map(({ path, message }) => `The path parameter "${path}" ${message}.`).join(' ');
    throw new Refusal({ title: 'Bad Request', status: 400, detail, errors });
  }
  return parsed;
}
