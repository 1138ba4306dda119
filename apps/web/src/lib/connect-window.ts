const WIDTH = 620;
const HEIGHT = 760;

/** The window for a provider's pages. */
export class ConnectWindow {
  readonly location: Pick<Location, 'replace'>;

  constructor(private readonly opened: Window) {
    const { location } = opened;
    this.location = { replace: (url) => location.replace(url) };
  }

  get closed(): boolean {
    return this.opened.closed;
  }

  focus(): void {
    this.opened.focus();
  }

  /** Does nothing while a page of the provider is in it: it belongs to nobody then. */
  close(): void {
    try {
      void this.opened.document;
    } catch {
      return;
    }
    this.opened.close();
  }
}

/**
 * Opens the window for a provider's pages; null when the browser does not allow it. Has to be called while the
 * click is handled: afterwards browsers take it for an advertisement.
 */
export function openConnectWindow(title: string): ConnectWindow | null {
  const left = Math.round(window.screenX + Math.max(0, (window.outerWidth - WIDTH) / 2));
  const top = Math.round(window.screenY + Math.max(0, (window.outerHeight - HEIGHT) / 3));
  const opened = window.open('', '', `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`);
  if (!opened || opened.closed) return null;
  // The provider's page must not be able to send this page elsewhere.
  opened.opener = null;
  const { document: page } = opened;
  page.title = title;
  page.documentElement.style.colorScheme = 'light dark';
  page.body.style.cssText = 'margin:3rem;font:1rem system-ui,sans-serif';
  page.body.textContent = `${title}…`;
  return new ConnectWindow(opened);
}
