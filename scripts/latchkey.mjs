#!/usr/bin/env node
// `npx latchkey …` from the checkout; see run.mjs.
process.argv.splice(2, 0, 'latchkey');
await import('./run.mjs');
