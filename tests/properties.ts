import fc from 'fast-check';

/** The seed of every property that names none itself: what fails once fails again, everywhere. */
const SEED = 1;

// Other examples than every day: LITHIFY_PROPERTY_SEED=7 npx jest
fc.configureGlobal({ seed: Number(process.env['LITHIFY_PROPERTY_SEED'] ?? SEED) });

export { fc };
