import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

/**
 * Storage threads strip their types in WebAssembly, and V8 may abort when several threads recompile its import wrappers
 * at one time: so many calls until it recompiles them that it never does. The bundled product strips no types.
 */
const KEEP_WASM_WRAPPERS = '--wasm-wrapper-tiering-budget=1000000000';

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['src-main/**/*.test.ts', 'src-renderer/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['node_modules/**', 'out/**', 'test/{service,interop,e2e,crash,power-cut,faults,guessing}/**'],
    testTimeout: 20_000,
    execArgv: [KEEP_WASM_WRAPPERS],
  },
});
