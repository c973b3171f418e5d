import type { Answer, TestEnvironment } from './environment.js';

/** The document as the tests look at it. */
// Tests look at what they expect; anything else fails there.
export type ConfigDocument = any;

/** Export and import, as one who bears this token asks for them. */
export class Transfer {
  constructor(
    private readonly service: Pick<TestEnvironment, 'ask'>,
    private readonly token: string,
  ) {}

  /** The text of the document. */
  async export(query = ''): Promise<string> {
    const { status, text } = await this.service.ask(`/config/export${query}`, { token: this.token });
    if (status !== 200) throw new Error(`It could not be exported: ${text}`);
    return text;
  }

  /** Imports a document, or the sections of one. */
  import(document: object | string, query = ''): Promise<Answer> {
    const body =
      typeof document === 'string' ? document : JSON.stringify({ format: 'gatehouse', version: 1, ...document });
    return this.service.ask(`/config/import${query}`, {
      method: 'POST',
      token: this.token,
      body,
      headers: { 'content-type': 'application/json' },
    });
  }
}

/** Removes everything that an import can bring back, as by hand. */
export async function wipe(service: Pick<TestEnvironment, 'change'>): Promise<void> {
  await service.change(`DELETE FROM gatehouse.accounts`);
  await service.change(`DELETE FROM gatehouse.clients WHERE NOT built_in`);
  await service.change(`DELETE FROM gatehouse.groups`);
  await service.change(`DELETE FROM gatehouse.roles WHERE NOT managed`);
  await service.change(`DELETE FROM gatehouse.permissions WHERE NOT managed OR declared_by IS NOT NULL`);
}
