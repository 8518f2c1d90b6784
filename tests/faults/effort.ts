/** Whether the whole of each matrix is to be run (`npm run test:faults -- --all`), or the seeded sample that fits into a few minutes. */
export const everything: boolean = process.env['LITHIFY_FAULTS'] === 'all';

/** What samples, histories, schedules and records are drawn by, in every file: `npm run test:faults -- --seed 7`. */
export const seed: number = Number(process.env['LITHIFY_FAULTS_SEED'] ?? 1);

/** How long a test may take that plays everything; what plays a sample keeps the configuration's own limit. */
export const patience: number | undefined = everything ? 8 * 3_600_000 : undefined;
