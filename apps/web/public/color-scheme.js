// Sets the colour scheme before the first paint. A file and not an inline script: the content policy allows none.
(function () {
  var stored = null;
  try {
    stored = window.localStorage.getItem('latchkey-color-scheme');
  } catch {
    stored = null;
  }
  var dark =
    stored === 'dark' || (stored !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
