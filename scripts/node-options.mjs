/**
 * How the server's Node is started. Its young generation would grow to 128 MB with what a start leaves behind, and keep
 * that: an eighth of it is enough for what requests make, as little of that outlives a collection.
 */
export const SERVER_OPTIONS = ['--max-semi-space-size=8'];

/**
 * Beneath it, for glibc: V8 compiles in threads of its own, each of which would keep an arena with whatever its largest
 * compilation needed; the compiled code is elsewhere. Two arenas, and their free ends given back, are some 10 MB less.
 * What the operator has set stands.
 */
const MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: String(128 * 1024) };

/** @param environment what it would be started with */
export const serverEnvironment = (environment) => ({ ...MALLOC, ...environment });
