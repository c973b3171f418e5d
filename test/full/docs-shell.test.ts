import { readPages } from '../support/pages.js';
import { describeShell } from '../support/shell-of-pages.js';

// The README's is run with the quick tests.
describeShell((await readPages()).filter(({ name }) => name !== 'README.md'));
