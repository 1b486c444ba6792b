import { defineConfig } from 'vitest/config';

// Whole-system tests: real processes, real clients, a real browser; one at a time, since they share two cores.
export default defineConfig({
  test: {
    include: ['test/{service,interop,e2e,crash,power-cut,faults,guessing,upgrade}/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    fileParallelism: false,
    // Programs that others wrote, on machines that others share: one more try in CI, which the report names.
    retry: process.env['CI'] === 'true' ? 1 : 0,
  },
});
