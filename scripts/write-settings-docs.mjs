// Writes .env.example and docs/settings.md from the table of settings in the built service.
import { writeFile } from 'node:fs/promises';
import { renderEnvExample, renderSettingsPage } from '../dist/config/settings-docs.js';

await writeFile(new URL('../.env.example', import.meta.url), renderEnvExample());
await writeFile(new URL('../docs/settings.md', import.meta.url), renderSettingsPage());
