import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parityDocument } from './parity-document';

/** `npm run parity`: writes docs/parity.md anew. */
const main = async (): Promise<void> => writeFileSync(join(__dirname, '..', 'docs', 'parity.md'), await parityDocument());

void main();
