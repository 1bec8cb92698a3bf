/**
 * The only bound on waiting. A test waits for the event that it expects; this ends a test whose event never comes, so it is far above what the
 * slowest one takes. `TEST_PATIENCE=4 npm test` multiplies it for a machine that is busy with other work.
 */
export const patienceMs = 300_000 * Number(process.env.TEST_PATIENCE ?? 1)
