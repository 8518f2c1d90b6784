/** Whether the whole of each matrix is to be run (`npm run test:faults -- --all`), or the seeded sample that fits into a few minutes. */
export const everything: boolean = process.env['LITHIFY_FAULTS'] === 'all';

/** What samples are drawn by: `npm run test:faults -- --seed 7`. */
export const seed: number = Number(process.env['LITHIFY_FAULTS_SEED'] ?? 1);
