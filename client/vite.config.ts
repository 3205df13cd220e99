import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, type ProxyOptions } from 'vite';

/** In development the API and the sockets are those of a running stack: its address in VIGNETTE_ORIGIN. */
const origin = process.env.VIGNETTE_ORIGIN;
const proxy: Record<string, ProxyOptions> = origin
  ? {
      '/api': { target: origin, changeOrigin: true, headers: { origin } },
      '/socket.io': { target: origin, changeOrigin: true, ws: true, headers: { origin } },
    }
  : {};

export default defineConfig({
  plugins: [sveltekit()],
  server: { proxy, fs: { allow: ['..'] } },
  preview: { proxy },
  build: { target: 'es2022' },
});
