/** What a controller returns when the answer carries a sentence beside its data. */
export class WithMessage<T extends object> {
  constructor(
    readonly data: T,
    readonly message: string,
  ) {}
}

/** Wraps what a controller returned in the contract's envelope. */
export function envelope(payload: unknown): unknown {
  if (payload instanceof WithMessage) return { success: true, data: payload.data, message: payload.message };
  return { success: true, data: payload ?? {} };
}
