import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDataDir, startBuiltService, type BuiltService } from './built-service.js';
import { expectPrinted, runShell, shellIn, type Block, type Page } from './pages.js';

/** The note of a block that shows what the first start prints. */
export const AT_FIRST_START = 'printed at the first start';

/** Whether nothing runs it. */
export const isNotRun = ({ note }: Pick<Block, 'note'>): boolean => note?.startsWith('not run: ') ?? false;
/** Whether it is run as it stands, and not by a test of its own. */
export const isRun = (block: Pick<Block, 'note'>): boolean => !isNotRun(block) && !block.note?.startsWith('tested by ');

/** What a first start prints, without the passwords, which are random. */
const masked = (text: string): string => text.replaceAll(/\b\w{24}\b/g, 'x'.repeat(24));

/** Runs the shell of each page in order, at a built service of its own, and compares what it prints. */
export function describeShell(pages: readonly Page[]): void {
  describe.each(pages.filter(({ blocks }) => shellIn(blocks).some(isRun)))('the shell of $name', ({ name, blocks }) => {
    let service: BuiltService;
    let dataDir: string;
    let removeData: () => Promise<void>;
    beforeAll(async () => {
      ({ path: dataDir, remove: removeData } = await makeDataDir());
      service = await startBuiltService({ DATA_DIR: dataDir, BCRYPT_COST: '10' });
    });
    afterAll(async () => {
      await service?.stop();
      await removeData();
    });

    it('does what the page says', async () => {
      const shell = shellIn(blocks).filter(isRun);
      const printed = await runShell(
        shell.map(({ code }) => code),
        service,
        '',
        dataDir,
      );
      for (const [index, block] of shell.entries()) {
        if (block.printed) expectPrinted(printed[index]!, block.printed, `${name}:${block.line}`);
      }
      for (const { code, note } of blocks) {
        if (note === AT_FIRST_START) expect(masked(service.output())).toContain(masked(code.replace(/^ +…\n/m, '')));
      }
    });
  });
}
