import type { OpenAPIObject } from '@nestjs/swagger';

type Members = Record<string, unknown>;

/** The largest number of the format `int32`. */
const INT32 = 2 ** 31 - 1;

/** How long texts of a format are: UUIDs always, and moments as `Date` writes them. */
const LENGTHS: Readonly<Record<string, Members>> = {
  uuid: { minLength: 36, maxLength: 36 },
  'date-time': { minLength: 24, maxLength: 24 },
};

/** Values, not schemas: a member that is called `type` there means something else. */
const VALUES = new Set(['example', 'examples', 'default', 'enum']);

/** Writes beside each schema what follows from its format or its bounds, so that no DTO has to repeat it. */
export function stateBounds(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const schema = node as Members;
  if (isOf(schema, 'string')) Object.assign(schema, { ...LENGTHS[String(schema['format'])], ...schema });
  if (isOf(schema, 'integer')) schema['format'] ??= Number(schema['maximum']) <= INT32 ? 'int32' : 'int64';
  for (const [name, member] of Object.entries(schema)) if (!VALUES.has(name)) stateBounds(member);
}

function isOf({ type }: Members, name: string): boolean {
  return type === name || (Array.isArray(type) && type.includes(name));
}

/** Says that JSON bodies have no other members: the validation refuses them. Forms are parsed by other rules. */
export function closeBodies({ paths, components }: OpenAPIObject): void {
  const bodies = Object.values(paths).flatMap((item) =>
    Object.values(item as Record<string, { requestBody?: { content?: Members } }>).map(
      ({ requestBody }) => requestBody,
    ),
  );
  for (const body of bodies) {
    const { schema } = (body?.content?.['application/json'] ?? {}) as { schema?: { $ref?: string } };
    const name = schema?.$ref?.split('/').at(-1);
    const component = name === undefined ? undefined : components?.schemas?.[name];
    if (component) Object.assign(component, { additionalProperties: false });
  }
}
