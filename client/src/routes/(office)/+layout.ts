// Pages of the hall: rendered in the browser alone, for whoever looks. `bare`: the screen is all theirs.
export const ssr = false;
export const prerender = false;
