import { writeFileSync } from 'node:fs';
import { loadCatalogue } from './loader.js';
import { renderReference } from './reference.js';

// Run after a build, from anywhere: node libs/catalogue/dist/write-reference.js
writeFileSync(new URL('../../../docs/catalogue.md', import.meta.url), renderReference(loadCatalogue()));
