// @ts-check
// Starts the Rust that draws one of the extension's own pages.
import init, * as desk from './wasm/sayso.js';

await init({ module_or_path: new URL('./wasm/sayso_bg.wasm', import.meta.url) });
switch (document.documentElement.dataset.page) {
  case 'popup':
    await desk.popup();
    break;
  case 'options':
    await desk.options();
    break;
  case 'report':
    await desk.report();
    break;
}
