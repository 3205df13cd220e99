// The plates are in the register, not in the build: the shell answers, and the page asks for the plate of its address.
export const ssr = false;
export const prerender = false;
