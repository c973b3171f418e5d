import { readFile } from 'node:fs/promises';

/** A collection in Postman's format 2.1, as far as is looked at here. */
export interface PostmanCollection {
  readonly auth: { readonly type: string; readonly oauth2: readonly object[] };
  readonly item: readonly PostmanItem[];
}

/** A folder, or a request. */
interface PostmanItem {
  readonly name: string;
  readonly item?: readonly PostmanItem[];
  readonly request?: {
    readonly method: string;
    readonly description: string;
    readonly url: { readonly path: string[] };
  };
  readonly event?: readonly { readonly script: { readonly exec: readonly string[] } }[];
}

/** What a collection's requests are sent with. */
export interface PostmanEnvironment {
  readonly values: readonly { readonly key: string; readonly value: string; readonly type: string }[];
}

/** A request of a collection, its path as OpenAPI writes it. */
export interface PostmanRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly description: string;
  readonly tests: string;
}

/** The collection and the environment of `docs/postman`. */
export async function readPostman(): Promise<{ collection: PostmanCollection; environment: PostmanEnvironment }> {
  const read = async (kind: string): Promise<any> =>
    JSON.parse(await readFile(`docs/postman/gatehouse.postman_${kind}.json`, 'utf8'));
  return { collection: await read('collection'), environment: await read('environment') };
}

/** All requests, in the order in which they are sent. */
export function requestsOf({ item }: Pick<PostmanCollection, 'item'>): PostmanRequest[] {
  return item.flatMap(({ name, item: inner, request, event = [] }) => {
    if (inner) return requestsOf({ item: inner });
    const { method, description, url } = request!;
    const path = `/${url.path.join('/')}`.replaceAll(/:(\w+)/g, '{$1}');
    return [{ name, method, path, description, tests: event.flatMap(({ script }) => script.exec).join('\n') }];
  });
}
