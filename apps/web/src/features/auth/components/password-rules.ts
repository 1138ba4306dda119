export const PASSWORD_MIN_BYTES = 12;
export const PASSWORD_MAX_BYTES = 72;

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The server measures passwords in bytes, as bcrypt does. It checks against common passwords too. */
export function passwordProblem(password: string): string | null {
  const bytes = byteLength(password);
  if (bytes < PASSWORD_MIN_BYTES) return `Use at least ${PASSWORD_MIN_BYTES} characters.`;
  if (bytes > PASSWORD_MAX_BYTES) return 'This password is too long: 72 bytes is the most.';
  return null;
}
