import { type ConnectResult, readConnectResult } from './connect-result';

const NAME = 'latchkey-connect';

/** Tells the other pages of this browser how a flow ended; the one that began it waits for the word. */
export function tellResult(result: ConnectResult): void {
  const channel = new BroadcastChannel(NAME);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has one origin
  channel.postMessage(result);
  channel.close();
}

/** Listens for flows that end in another window of this browser. Only pages of our own origin are heard. */
export function onResult(listener: (result: ConnectResult) => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'object' && data !== null) listener(readConnectResult({ ...data }));
  });
  return () => channel.close();
}
