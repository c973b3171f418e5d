/** A schema, as far as the generator reads it. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** One operation of the document. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query: readonly { readonly name: string; readonly schema: Schema }[];
  /** What the query can't do without, with an example of each. */
  readonly requiredQuery: readonly (readonly [name: string, example: string])[];
  /** An example of a body that may be accepted; undefined where none is taken. */
  readonly example: unknown;
  /** The fields that the body may have, whether the example has them or not. */
  readonly fields: readonly string[];
  readonly isForm: boolean;
}

interface MediaType {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Document {
  readonly paths: Record<string, Record<string, any>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

/** All operations of an OpenAPI document. */
export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): Operation => {
      const content = operation.requestBody?.content ?? {};
      const [media] = Object.keys(content);
      const query = (operation.parameters ?? []).filter(({ in: place }: { in: string }) => place === 'query');
      return {
        method: method.toUpperCase(),
        path,
        query,
        requiredQuery: query
          .filter(({ required }: { required?: boolean }) => required)
          .map(({ name, schema }: { name: string; schema: Schema }) => [name, String(exampleOf(schema, document))]),
        example: media === undefined ? undefined : bodyExampleOf(content[media], document),
        fields: media === undefined ? [] : Object.keys(asWritten(content[media].schema, document).properties ?? {}),
        isForm: media === 'application/x-www-form-urlencoded',
      };
    }),
  );
}

function bodyExampleOf({ schema, examples = {} }: MediaType, document: Document): unknown {
  const [first] = Object.values(examples);
  return first ? first.value : exampleOf(schema, document);
}

function asWritten(schema: Schema, document: Document): Schema {
  return schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1)!]! : schema;
}

/** The example that the schema gives, or the plainest value of its type. */
export function exampleOf(schema: Schema, document: Document): unknown {
  if (schema.$ref) return exampleOf(asWritten(schema, document), document);
  const given = schema.example ?? schema.examples?.[0] ?? schema.default ?? schema.enum?.[0];
  if (given !== undefined) return given;
  if (schema.allOf) return exampleOf(schema.allOf[0]!, document);
  if (schema.properties) {
    const members = Object.entries(schema.properties);
    return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member, document)]));
  }
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  if (type === 'array') return schema.items ? [exampleOf(schema.items, document)] : [];
  if (type === 'boolean') return true;
  if (type === 'number' || type === 'integer') return schema.minimum ?? 1;
  if (type === 'object') return {};
  if (schema.format === 'uuid') return '00000000-0000-4000-8000-000000000000';
  return 'x'.repeat(schema.minLength ?? 1);
}
