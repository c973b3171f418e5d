import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Said here too, since tsconfig.json leaves the tests out and the transformer would not see its flags for them.
  oxc: {
    decorator: { legacy: true, emitDecoratorMetadata: true },
    assumptions: { setPublicClassFields: true },
    typescript: { removeClassFieldsWithoutInitializer: true },
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
  },
});
