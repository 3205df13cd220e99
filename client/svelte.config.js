import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: ({ filename }) => (filename.split(/[/\\]/).includes('node_modules') ? undefined : true) },
  kit: {
    // Public pages are prerendered; every other path is answered with 200.html, which renders in the browser.
    adapter: adapter({ fallback: '200.html', precompress: true }),
    csp: {
      mode: 'hash',
      directives: {
        'default-src': ['none'],
        'script-src': ['self'],
        'style-src': ['self', 'unsafe-inline'],
        'img-src': ['self', 'blob:', 'data:'],
        'font-src': ['self'],
        'connect-src': ['self'],
        'manifest-src': ['self'],
        'base-uri': ['none'],
        'form-action': ['self'],
      },
    },
    prerender: { handleHttpError: 'fail' },
    inlineStyleThreshold: 0,
    version: { pollInterval: 0 },
    // The page that has it registers it, for its own address alone.
    serviceWorker: { register: false },
  },
};
