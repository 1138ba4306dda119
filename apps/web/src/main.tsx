import '@fontsource-variable/inter/wght.css';
import './app/global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

const LOOP_GUARD_MS = 10_000;

// After an upgrade of the server, a tab that stayed open asks for scripts that are gone: it starts anew, once.
window.addEventListener('vite:preloadError', () => {
  if (performance.now() > LOOP_GUARD_MS) window.location.reload();
});

createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
