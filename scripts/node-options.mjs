/**
 * How the server's Node is started. Its young generation would grow to 128 MB with what a start leaves behind, and keep
 * that: a quarter of it is enough for what requests make.
 */
export const SERVER_OPTIONS = ['--max-semi-space-size=16'];
